// Writes docs/client.md: what the package exports, from its declarations and their TSDoc.
// With --check it writes nothing, and fails when the page is out of date.
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const page = here('../../../docs/client.md');

/** Entry points, with what each is for. `./decode` is for generated code alone. */
const entries = {
  index: ['@eventgen/client', 'What generated code and applications call.'],
  react: ['@eventgen/client/react', 'Hooks for React. Generated hooks call these.'],
  vue: ['@eventgen/client/vue', 'Composables for Vue.'],
  svelte: ['@eventgen/client/svelte', 'Functions for Svelte 5.'],
  solid: ['@eventgen/client/solid', 'Primitives for Solid.'],
  ws: ['@eventgen/client/ws', 'The first transport of the default.'],
  sse: ['@eventgen/client/sse', 'The second transport of the default, loaded only where it is needed.'],
  memory: ['@eventgen/client/memory', 'A backend in memory, for tests.'],
  wails: ['@eventgen/client/wails', 'A transport for the windows of Wails v3.'],
  wails2: ['@eventgen/client/wails2', 'A transport for the window of Wails v2.'],
  sidecar: ['@eventgen/client/sidecar', 'A transport for a page whose Go program runs beside a desktop shell.'],
};

const { config } = ts.readConfigFile(here('../tsconfig.build.json'), ts.sys.readFile);
const { options } = ts.parseJsonConfigFileContent(config, ts.sys, here('..'));
const files = Object.keys(entries).map((name) => here(`../src/${name}.ts`));
const program = ts.createProgram(files, { ...options, noEmit: false, emitDeclarationOnly: true });
const checker = program.getTypeChecker();

/** The statements of each source's declaration file. */
const declared = new Map();
program.emit(undefined, (_name, text, _bom, _error, sources) => {
  const file = ts.createSourceFile('d.ts', text, ts.ScriptTarget.Latest, true);
  declared.set(sources[0].fileName, file.statements);
});

const named = (statement) =>
  statement.name ? [statement.name.text] : (statement.declarationList?.declarations ?? []).map(({ name }) => name.text);

/** A comment without its frame, its links as code. */
const prose = (statement) => {
  const [comment] = (ts.getLeadingCommentRanges(statement.getFullText(), 0) ?? []).slice(-1);
  const text = comment ? statement.getFullText().slice(comment.pos, comment.end) : '';
  const lines = text.replace(/^\/\*\*|\*\/$/g, '').split('\n');
  const plain = lines.map((line) => line.replace(/^\s*\* ?/, '').trimEnd()).join('\n');
  return plain.replace(/\{@link ([^}]+)\}/g, '`$1`').trim();
};

const code = (statement) =>
  statement
    .getText()
    .replace(/^export (declare )?/, '')
    .replaceAll(/^ {4}/gm, '  ');

function section(name, [path, purpose]) {
  const module = checker.getSymbolAtLocation(program.getSourceFile(here(`../src/${name}.ts`)));
  const parts = checker.getExportsOfModule(module).map((symbol) => {
    const target = symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    const source = target.declarations[0].getSourceFile().fileName;
    const statements = declared.get(source).filter((statement) => named(statement).includes(target.name));
    const doc = statements.map(prose).find((text) => text);
    if (!doc) throw new Error(`${symbol.name} of ${path} has no documentation`);
    return `### ${symbol.name}\n\n${doc}\n\n\`\`\`ts\n${statements.map(code).join('\n')}\n\`\`\`\n`;
  });
  return `## ${path}\n\n${purpose}\n\n${parts.join('\n')}`;
}

const text = `# Client API

<!-- Written by "npm run reference" in runtime/ts. -->

What the TypeScript client exports. A vendored client has the same files in its folder: \`./events/client\` is
\`@eventgen/client\`, \`./events/client/react\` is \`@eventgen/client/react\`. Applications mostly call what is generated for
their events (\`onProgress\`, \`useProgress\`, \`emitStart\`), which has its documentation beside it.

${Object.entries(entries)
  .map(([name, about]) => section(name, about))
  .join('\n')}`;

if (!process.argv.includes('--check')) await writeFile(page, text);
else if ((await readFile(page, 'utf8').catch(() => '')) !== text) {
  console.error('docs/client.md is out of date: npm run reference');
  process.exitCode = 1;
}
