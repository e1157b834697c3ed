import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const project = fileURLToPath(new URL('../../', import.meta.url));
const manifest: {
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
} = JSON.parse(readFileSync(join(project, 'package.json'), 'utf8'));

let folder: string;
let installed: string;
let packedFiles: string[];

// Laid out as npm would install it, but without a registry: what the package brings, its declared dependencies, its command.
before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'crossrole-package-'));
  installed = join(folder, 'node_modules/crossrole');
  mkdirSync(installed, { recursive: true });
  // Without prepack: the build that runs these tests must not change under the other test files.
  const { stdout } = await execute(
    'npm',
    ['pack', '--json', '--ignore-scripts', '--pack-destination', folder],
    project,
  );
  const [packed]: { filename: string; files: { path: string }[] }[] = JSON.parse(stdout);
  packedFiles = packed.files.map(({ path }) => path);
  await execute('tar', ['-xzf', join(folder, packed.filename), '-C', installed, '--strip-components=1'], folder);
  for (const name of Object.keys(manifest.dependencies)) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(join(project, 'node_modules', name), link);
  }
  mkdirSync(join(folder, 'node_modules/.bin'));
  for (const [command, file] of Object.entries(manifest.bin)) {
    chmodSync(join(installed, file), 0o755);
    symlinkSync(join('../crossrole', file), join(folder, 'node_modules/.bin', command));
  }
});

after(() => rmSync(folder, { recursive: true, force: true }));

test('the packed command says its version', async () => {
  assert.equal((await secureAgent('--version')).stdout, `${manifest.version}\n`);
});

test('the packed command runs a mapping on local files', async () => {
  writeJson('connections/here.json', { name: 'here', type: 'local-files', properties: { folderPath: '..' } });
  writeJson('mapping.json', {
    $schema: './node_modules/crossrole/schemas/mapping.schema.json',
    name: 'packed',
    transformations: [
      {
        name: 'orders',
        type: 'source',
        connection: 'here',
        object: 'orders.csv',
        format: { type: 'csv' },
        fields: [
          { name: 'id', type: 'bigint' },
          { name: 'amount', type: 'decimal(12,2)' },
        ],
      },
      { name: 'large', type: 'filter', input: 'orders', condition: 'amount > 5' },
      { name: 'kept', type: 'target', input: 'large', connection: 'here', object: 'kept.csv', format: { type: 'csv' } },
    ],
  });
  writeFileSync(join(folder, 'orders.csv'), 'id,amount\n1,4.99\n2,5.01\n');
  const { stdout } = await secureAgent('run', 'mapping.json', '--json');
  assert.equal(JSON.parse(stdout).status, 'succeeded');
  assert.equal(readFileSync(join(folder, 'kept.csv'), 'utf8'), 'id,amount\n2,5.01\n');
});

test('the packed sandbox runs a fixture', async () => {
  const { stdout } = await secureAgent('test', join(project, 'test/fixtures/identity/iam-user'));
  assert.match(stdout, /^1 passed, 0 failed$/m);
});

test('the package holds what runs, its schemas and its documentation, nothing else', () => {
  const wanted =
    /^(package\.json|LICENSE|README\.md|docs\/[\w-]+\.md|schemas\/[\w-]+\.schema\.json|dist\/schemas\/validators\.cjs|dist\/(runtime|connector)\/.+\.js|dist\/connector\/[\w-]+\/manifest\.json)$/;
  assert.deepEqual(
    packedFiles.filter((path) => !wanted.test(path)),
    [],
  );
  const built = ['connector', 'runtime'].flatMap((part) =>
    filesBelow(`dist/${part}`).filter((file) => file.endsWith('.js') || file.endsWith('/manifest.json')),
  );
  const there = [...built, ...filesBelow('schemas').filter((file) => file.endsWith('.json'))];
  assert.deepEqual(
    there.filter((path) => !packedFiles.includes(path)),
    [],
  );
});

test('the dependencies are those that the packed code imports', () => {
  const imported = new Set(
    packedFiles
      .filter((path) => /\.c?js$/.test(path))
      .flatMap((path) => packagesIn(readFileSync(join(installed, path), 'utf8'))),
  );
  assert.deepEqual([...imported].sort(), Object.keys(manifest.dependencies).sort());
});

/** Packages that compiled code imports, statically, dynamically or by `require`. */
function packagesIn(code: string): string[] {
  const specifiers = code.matchAll(/\b(?:from |import |import\(|require\()(["'])((?:@[\w.-]+\/)?\w[\w./:-]*)\1/g);
  return [...specifiers]
    .map(([, , specifier]) => specifier)
    .filter((specifier) => !isBuiltin(specifier))
    .map((specifier) => (specifier.startsWith('@') ? specifier.split('/', 2).join('/') : specifier.split('/')[0]));
}

function secureAgent(...args: readonly string[]) {
  return execute('npx', ['--no-install', 'secure-agent', ...args], folder);
}

function execute(command: string, args: readonly string[], cwd: string) {
  return promisify(execFile)(command, args, { cwd });
}

function writeJson(name: string, value: unknown): void {
  const file = join(folder, name);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(value));
}

/** Paths relative to the project, with `/`. */
function filesBelow(name: string): string[] {
  return readdirSync(join(project, name), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(project.length));
}
