// For generated code: conversions of the settings int64, time and bytes.
export { bigints, bytes, dates, each, fields, later, reader, same, variants, writer } from './decode/convert.ts';
export type { Conversion } from './decode/convert.ts';
