import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { serversOf } from './servers.js';

const project = new URL('../../../', import.meta.url);
const guide = readFileSync(new URL('CONTRIBUTING.md', project), 'utf8');
const documented = [...guide.matchAll(/`(CROSSROLE_INTEROP_[A-Z0-9_]+)`/g)].map(([, name]) => name);
const all = Object.fromEntries(documented.map((name) => [name, name.endsWith('_SECONDS') ? '10' : name.toLowerCase()]));

test('without its variables the command says which are missing, and does not end with 0', () => {
  const run = fileURLToPath(new URL('run.js', import.meta.url));
  const env = { ...all, CROSSROLE_INTEROP_SOURCE_ROLE: '' };
  const { status, stderr, stdout } = spawnSync(process.execPath, [run], { env, encoding: 'utf8' });
  assert.deepEqual([status, stdout], [2, '']);
  assert.match(stderr, /not set: CROSSROLE_INTEROP_SOURCE_ROLE\. /);
});

test('the documented variables are those that are read', () => {
  const read = new Set<string>();
  const watched = new Proxy(all, {
    get(variables, name) {
      read.add(String(name));
      return variables[String(name)];
    },
  });
  serversOf(watched);
  assert.deepEqual([...read].toSorted(), documented.toSorted());
});

test('a prefix ends with one slash, however it is written', () => {
  for (const prefix of ['in', 'in/', 'in//']) {
    assert.equal(serversOf({ ...all, CROSSROLE_INTEROP_SOURCE_PREFIX: prefix }).source.prefix, 'in/');
  }
});

test('seconds that are no number are refused', () => {
  for (const seconds of ['ten', '0', '-1']) {
    assert.throws(() => serversOf({ ...all, CROSSROLE_INTEROP_SESSION_SECONDS: seconds }), /no number of seconds/);
  }
});
