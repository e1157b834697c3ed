/** What STS and instance metadata hand out is in memory and nowhere else, however a run ends. */
import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { forwarder } from './forwarder.js';
import { allow, byInstance, type Changes, lines, policy, twoSides } from './two-sides.js';

const bySecond = (operation: string) => ({ faults: [{ on: { operation, occurrence: 1 }, do: 'expire' }] });

const endings: readonly (readonly [string, number, Changes])[] = [
  ['succeeds', 0, {}],
  ['succeeds with the role of the instance as base', 0, { landing: byInstance, curated: byInstance }],
  ['renews a session', 0, { sandbox: bySecond('GetObject') }],
  ['is refused by S3', 1, { curatedRole: { policies: [policy(allow('s3:GetObject'))] } }],
  ['is refused by STS for one side', 1, { curated: { externalId: 'wrong' } }],
  [
    'is refused as expired again and again',
    1,
    { sandbox: { faults: [{ on: { operation: 'GetObject' }, do: 'expire' }] } },
  ],
];

for (const debug of [[], ['--debug']]) {
  for (const [what, status, changes] of endings) {
    test(`a run that ${what} leaves no credential anywhere ${debug.join()}`, async (t) => {
      const sides = await twoSides(t, changes);
      const { sandbox, space } = sides;
      const [sts, imds] = [await forwarder(t, sandbox.endpoint), await forwarder(t, sandbox.endpoint)];
      await sandbox.putObject('landing', 'in/a.csv', lines(1000));
      const folders = ['home', 'temporary'].map((name) => space.path(name));
      for (const folder of folders) mkdirSync(folder);
      const [HOME, TMPDIR] = folders;
      const env = {
        HOME,
        TMPDIR,
        AWS_ENDPOINT_URL_STS: sts.endpoint,
        AWS_EC2_METADATA_SERVICE_ENDPOINT: imds.endpoint,
      };
      const before = filesBelow(space.folder);
      const ended = await sides.start(['--json', ...debug], env).ended;
      assert.equal(ended.status, status, ended.stdout);
      const human = await sides.start(debug, env).ended;

      const granted = [...sts.answers, ...imds.answers].flatMap(secretsIn);
      assert.ok(granted.length >= 2, 'the test has seen what was granted');
      const secrets = [...granted, sandbox.env.MOVER_SECRET];
      const places = new Map([
        ['the standard streams with --json', ended.stdout + ended.stderr],
        ['the standard streams', human.stdout + human.stderr],
        ['the audit log', readFileSync(sandbox.auditLogPath, 'utf8')],
      ]);
      for (const file of filesBelow(space.folder)) places.set(file, readFileSync(file, 'latin1'));
      for (const [place, text] of places) {
        for (const secret of secrets) assert.ok(!text.includes(secret), `a credential is in ${place}`);
      }
      assert.deepEqual(filesBelow(space.folder), before, 'the agent leaves no file');
    });
  }
}

/** Secret keys and tokens of an answer by STS (XML) or instance metadata (JSON). */
function secretsIn(answer: string): string[] {
  const found = answer.matchAll(/(?:SecretAccessKey|SessionToken|"Token")(?:>|"?\s*:\s*")([^<"]{20,})/g);
  return [...found].map(([, secret]) => secret);
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile())
    .sort();
}
