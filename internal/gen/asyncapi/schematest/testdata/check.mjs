// Reads a request from standard input and prints one problem to a line.
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { Parser } from '@asyncapi/parser';
import Ajv from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import yaml from 'js-yaml';

const { schemas = [], asyncapi = [] } = JSON.parse(readFileSync(0, 'utf8'));
const short = (value) => JSON.stringify(value).slice(0, 400);

for (const { name, schema, samples } of schemas) {
  // JavaScript reads 1e400, which json.Number can hold, as Infinity: that is a number too.
  const ajv = new Ajv({ strict: true, strictNumbers: false, ownProperties: true, keywords: ['$anchor', 'x-eventgen'] });
  formats(ajv);
  let root;
  try {
    root = ajv.compile(schema);
  } catch (error) {
    console.log(`${name}: ${error.message}`);
    continue;
  }
  for (const [key, definition] of Object.entries(schema.$defs ?? {})) {
    if (!ajv.getSchema(`${schema.$id}#${definition.$anchor}`)) console.log(`${name}: no anchor ${key}`);
    if (!key.startsWith('event:')) continue;
    for (const example of definition.examples ?? []) {
      if (!root({ event: key.slice('event:'.length), payload: example })) console.log(`${name}: the example of ${key} is refused: ${short(root.errors[0])} in ${short(example)}`);
    }
  }
  for (const { event, documents = [], never = [] } of samples ?? []) {
    const validate = ajv.getSchema(`${schema.$id}#/$defs/event:${event.replaceAll('~', '~0').replaceAll('/', '~1')}`);
    if (!validate) {
      console.log(`${name}: no schema of ${event}`);
      continue;
    }
    for (const text of documents) {
      if (!validate(JSON.parse(text))) console.log(`${event} rejects what occurs: ${short(validate.errors[0])} in ${text.slice(0, 400)}`);
    }
    for (const expression of never) {
      if (validate(value(expression))) console.log(`${event} accepts what never occurs: ${expression}`);
    }
  }
}

// value is a JSON text or an expression.
function value(expression) {
  try {
    return JSON.parse(expression);
  } catch {
    return new Function(`return (${expression});`)();
  }
}

const parser = new Parser();
for (const { name, text, same } of asyncapi) {
  const { document, diagnostics } = await parser.parse(text);
  for (const d of diagnostics) {
    if (d.code === 'asyncapi-latest-version') continue; // 3.0 is what is written
    console.log(`${name}: ${d.code} at /${d.path.join('/')}: ${d.message}`);
  }
  if (!document) console.log(`${name}: no document`);
  if (same && !isDeepStrictEqual(yaml.load(text), JSON.parse(same))) console.log(`${name}: YAML and JSON differ`);
}
