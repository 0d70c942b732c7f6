// For generated code: the conversions of the settings int64, time and bytes.
export { bigints, bytes, dates, each, fields, later, reader, same, variants, writer } from './decode/convert.ts';
export type { Conversion } from './decode/convert.ts';

// For generated code: what decoders are made of.
export { lazy, list, map, nullable, object, optional, tuple, union, value } from './decode/compound.ts';
export {
  anything,
  base64,
  bigInt,
  bigUint,
  boolean,
  byteArray,
  date,
  float32,
  int,
  number,
  numeral,
  oneOf,
  quotedBoolean,
  quotedFloat32,
  quotedInt,
  quotedNumber,
  quotedNumeral,
  quotedOneOf,
  quotedString,
  quotedUint,
  string,
  time,
  uint,
} from './decode/scalar.ts';
export { is, schema } from './decode/schema.ts';
export type { Decoder, Issue } from './decode/decoder.ts';
export type { Schema, SchemaResult } from './decode/schema.ts';
