// Packs the package as it would be published, and looks at it: what publint and Are The Types Wrong find
// in it, whether all that a registry shows is there, and whether it works for who installs it.
import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkPackage, createPackageFromTarballData } from '@arethetypeswrong/core';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = await mkdtemp(join(tmpdir(), 'package-'));
const problems = [];
try {
  // prepack builds what is packed; what it prints comes before the JSON.
  const packed = execFileSync('npm', ['pack', '--json', '--pack-destination', folder], { cwd: root, encoding: 'utf8' });
  const [{ filename, files }] = [JSON.parse(packed.slice(packed.search(/^[[{]/m)))].flat(2);
  const tarball = await readFile(join(folder, filename));

  const { messages, pkg } = await publint({ pack: { tarball: new Uint8Array(tarball).buffer }, strict: true });
  problems.push(...messages.map((message) => formatMessage(message, pkg)));

  const analysis = await checkPackage(createPackageFromTarballData(tarball));
  for (const { kind, ...where } of analysis.problems ?? []) {
    // Only ES modules are published, and subpaths need a compiler that knows exports.
    const { resolutionKind } = where;
    if (resolutionKind === 'node10' || resolutionKind === 'node16-cjs') continue;
    problems.push(`${kind} ${JSON.stringify(where)}`);
  }

  // The map of exports leads to every entry point, and to nothing else.
  const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const { exports } = manifest;
  const packedPaths = new Set(files.map(({ path }) => './' + path));
  for (const [name, target] of Object.entries(exports))
    for (const path of [target].flatMap((value) => (typeof value === 'string' ? value : Object.values(value))))
      if (!packedPaths.has(path)) problems.push(`exports ${name}: ${path} is not in the package`);

  for (const field of ['description', 'keywords', 'homepage', 'bugs', 'repository', 'license', 'engines'])
    if (!manifest[field]) problems.push(`package.json: ${field} is missing`);
  for (const path of ['LICENSE', 'README.md'])
    if (!packedPaths.has('./' + path)) problems.push(`${path} is not in the package`);
  const [license, own] = await Promise.all(
    [join(root, '../../LICENSE'), join(root, 'LICENSE')].map((path) => readFile(path, 'utf8')),
  );
  if (license !== own) problems.push('LICENSE differs from the one of the repository');

  // In a project of its own: every entry point that needs no other package can be imported.
  const project = join(folder, 'project');
  await mkdir(join(project, 'node_modules', '@eventgen'), { recursive: true });
  execFileSync('tar', ['-xzf', join(folder, filename), '-C', folder]);
  await rename(join(folder, 'package'), join(project, 'node_modules', manifest.name));
  await writeFile(join(project, 'package.json'), '{"type":"module"}');
  const installed = (path) => readFile(join(project, 'node_modules', manifest.name, path), 'utf8');
  const names = [];
  for (const [name, target] of Object.entries(exports))
    if (target.default && !/\bfrom ['"][^.]/.test(await installed(target.default)))
      names.push(manifest.name + name.slice(1));
  if (names.length < 5) problems.push(`too few entry points stand alone: ${names.join()}`);
  await writeFile(join(project, 'index.js'), names.map((name) => `import ${JSON.stringify(name)};\n`).join(''));
  execFileSync(process.execPath, ['index.js'], { cwd: project, stdio: ['ignore', 'ignore', 'inherit'] });
} finally {
  await rm(folder, { recursive: true });
}
for (const problem of problems) console.error(problem);
if (problems.length) process.exitCode = 1;
else console.log('the package is sound');
