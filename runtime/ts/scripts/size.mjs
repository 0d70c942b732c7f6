// Prints what the package costs a page, and fails when that is more than its budget.
//
// Sizes are those of a bundle as esbuild makes it for a page: minified, split at dynamic imports,
// without the packages of frameworks, compressed with brotli. What is loaded on demand does not count.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'esbuild';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const source = here('../src');
/** A generated module. */
const generated = here('../../../testdata/golden/delivery/ts/events.gen');
/** Generated modules with decoders and conversions. */
const decoding = here('../../../testdata/golden/output_decoders/ts');
/** Bytes by row, in README.md too. The first row is a page that connects; others are what they add to it. */
const budgets = JSON.parse(await readFile(here('size.json'), 'utf8'));

/** Bundles a module, and returns what a page loads for it before anything runs. */
async function bundle(contents) {
  const { outputFiles, metafile } = await build({
    stdin: { contents, resolveDir: source, sourcefile: 'entry.ts', loader: 'ts' },
    alias: { '@eventgen/client': source + '/index.ts', '@eventgen/client/decode': source + '/decode.ts' },
    external: ['react', 'vue', 'svelte', 'svelte/*', 'solid-js', '@wailsio/runtime'],
    bundle: true,
    minify: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    outdir: '/out',
    metafile: true,
    write: false,
  });
  const [entry] = Object.entries(metafile.outputs).find(([, { entryPoint }]) => entryPoint?.endsWith('entry.ts'));
  const loaded = new Set([entry]);
  for (const path of loaded)
    for (const { kind, path: next, external } of metafile.outputs[path].imports)
      if (kind === 'import-statement' && !external) loaded.add(next);
  const files = [...loaded].map((path) => outputFiles.find((file) => basename(file.path) === basename(path)).contents);
  return {
    minified: files.reduce((sum, file) => sum + file.length, 0),
    brotli: files.reduce((sum, file) => sum + brotliCompressSync(file).length, 0),
  };
}

const base = `export { connect, listen, plainEvent } from './index.ts';`;
const core = (await bundle(base)).brotli;
const added = async (contents) => (await bundle(base + contents)).brotli - core;
const entry = (name) => added(`export * from './${name}.ts';`);

/** Uses these events of a generated module, by listener and name. */
const used = (events) =>
  bundle(
    events.map(([listener]) => `import { ${listener} } from '${generated}';`).join('') +
      events.map(([listener]) => `${listener}(x);`).join(''),
  );
const events = [
  ['onLimited', 'limited'],
  ['onThrottled', 'throttled'],
  ['onDebounced', 'debounced'],
  ['onFlushing', 'flushing'],
  ['onRenamed', 'named'],
  ['onVersioned', 'versioned'],
  ['onSlowLatest', 'slow-latest'],
  ['onSlowDrop', 'slow-drop'],
];
const more = events.slice(1);
/** Of the names, and of calls such as `ab(x);`, which are the page's own. */
const own = more.reduce((sum, [, name]) => sum + name.length + 6, 0);
const one = await used(events.slice(0, 1));
const each = ((await used(events)).minified - one.minified - own) / more.length;

const measured = {
  'connect, listen and WebSocket': core,
  'keyed, batched, sticky, replayed and converted events': await added(`export { serverEvent } from './index.ts';`),
  emit: await added(`export { clientEvent, emit } from './index.ts';`),
  once: await added(`export { once } from './index.ts';`),
  stream: await added(`export { stream } from './index.ts';`),
  EventQueue: await added(`export { EventQueue } from './index.ts';`),
  'by name, with all of the above': await added(`export { createEvents } from './index.ts';`),
  './decode': await entry('decode'),
  './sse': await entry('sse'),
  './memory': await entry('memory'),
  './sidecar': await entry('sidecar'),
  './wails': await entry('wails'),
  './wails2': await entry('wails2'),
  './react': await entry('react'),
  './vue': await entry('vue'),
  './svelte': await entry('svelte'),
  './solid': await entry('solid'),
  'an event that is not used': (await bundle(`import '${generated}';`)).minified,
  'a decoder or a conversion that is not used': (
    await bundle(`import '${decoding}/decoders.gen'; import '${decoding}/events.gen';`)
  ).minified,
  'an event that is used, minified, beside its name': Math.ceil(each),
};

console.log('bytes budget');
for (const [row, bytes] of Object.entries(measured)) {
  const budget = budgets[row];
  const over = !(bytes <= budget);
  if (over) process.exitCode = 1;
  console.log(`${String(bytes).padStart(5)} ${String(budget).padStart(6)}  ${row}${over ? ': over the budget' : ''}`);
}
