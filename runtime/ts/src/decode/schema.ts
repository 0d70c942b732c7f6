import { type Decoder, type Issue, run } from './decoder.ts';

/** What a schema returns: the value, or what is wrong with the input. */
export type SchemaResult<Output> =
  { readonly value: Output; readonly issues?: undefined } | { readonly issues: readonly Issue[] };

/**
 * A schema in the sense of standardschema.dev, version 1: whatever takes Standard Schemas takes
 * these. Its validation is synchronous.
 */
export interface Schema<Input, Output = Input> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: 'eventgen';
    readonly validate: (value: unknown) => SchemaResult<Output>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** Makes a schema of a decoder. */
export function schema<Input, Output>(decode: Decoder): Schema<Input, Output> {
  return {
    '~standard': {
      version: 1,
      vendor: 'eventgen',
      validate(value) {
        const result = run(decode, value);
        return result.issues.length ? { issues: result.issues } : { value: result.value as Output };
      },
    },
  };
}

/** Whether a value is the wire form that a decoder takes. */
export function is(decode: Decoder, value: unknown): boolean {
  return !run(decode, value).issues.length;
}
