import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Schema } from '../src/decode.ts';
import * as generated from '../../../testdata/codecs/ts/decoders.gen.ts';

interface Vector {
  readonly event: string;
  readonly json: string;
  readonly refused?: readonly string[];
  readonly own?: readonly string[];
  readonly unseen?: string;
}

const vectors = JSON.parse(
  readFileSync(new URL('../../../testdata/wire/decoders.json', import.meta.url), 'utf8'),
) as readonly Vector[];

function schemaOf(event: string): Schema<unknown> {
  const name = event.replace(/[-:](\w)/g, (_, letter: string) => letter.toUpperCase()) + 'Schema';
  const schema = (generated as Record<string, unknown>)[name] as Schema<unknown> | undefined;
  if (!schema) throw new Error(`${name} is not generated`);
  return schema;
}

/** The JSON pointers of what a decoder refuses. */
function refused(v: Vector): string[] {
  const result = schemaOf(v.event)['~standard'].validate(JSON.parse(v.json));
  const pointers = (result.issues ?? []).map(({ path }) =>
    path.map((key) => '/' + String(key).replaceAll('~', '~0').replaceAll('/', '~1')).join(''),
  );
  return pointers.sort((a, b) => (a < b ? -1 : 1));
}

describe('the decoders agree with those of Go', () => {
  for (const event of new Set(vectors.map((v) => v.event))) {
    test(event, () => {
      for (const v of vectors.filter((each) => each.event === event)) {
        const expected = v.unseen === undefined ? (v.refused ?? []) : [];
        const mine = refused(v).filter((pointer) => !v.own?.includes(pointer));
        expect(mine, v.json).toEqual(expected);
      }
    });
  }
});
