// Looks at the package as it would be published: what publint and Are The Types Wrong find in it.
import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
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
  const packed = execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], {
    cwd: root,
  });
  const [{ filename, files }] = [JSON.parse(packed)].flat(2);
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
  const { exports } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
  const packedPaths = new Set(files.map(({ path }) => './' + path));
  for (const [name, target] of Object.entries(exports))
    for (const path of [target].flatMap((value) => (typeof value === 'string' ? value : Object.values(value))))
      if (!packedPaths.has(path)) problems.push(`exports ${name}: ${path} is not in the package`);
} finally {
  await rm(folder, { recursive: true });
}
for (const problem of problems) console.error(problem);
if (problems.length) process.exitCode = 1;
else console.log('the package is sound');
