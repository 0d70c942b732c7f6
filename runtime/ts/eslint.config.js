import js from '@eslint/js';
import { defineConfig } from 'eslint/config';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

export default defineConfig({ ignores: ['dist/', 'node_modules/'] }, js.configs.recommended, tseslint.configs.strict, {
  plugins: { 'react-hooks': reactHooks },
  rules: {
    'react-hooks/exhaustive-deps': 'error',
    // tsc checks both, and knows types.
    'no-undef': 'off',
    '@typescript-eslint/no-unused-vars': 'off',
    '@typescript-eslint/no-invalid-void-type': 'off', // `=> void` and `void | T` say what listeners may return
  },
});
