import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { soundMapping, workspace, writeSample } from '../mapping/workspace.js';
import { reportOf, runAgent } from './agent-process.js';

const ORDERS = 'id,amount,note\n1,2.00,a\n2,1.50,b\n3,9.99,"c, d"\n';

test('a mapping runs on the folders of a laptop', async (t) => {
  const space = workspace(t);
  const mapping = writeSample(space);
  space.write('in/orders.csv', ORDERS);
  const ended = await runAgent(['run', mapping]);
  assert.equal(ended.status, 0, ended.stderr);
  assert.equal(readFileSync(space.path('out.csv'), 'utf8'), 'id,twice\n1,4.00\n3,19.98\n');
  assert.match(ended.stdout, /sample succeeded/);
});

test('parameters come from the command line and from a file, and the command line wins', async (t) => {
  const space = workspace(t);
  const mapping = writeSample(space);
  space.write('in/orders.csv', ORDERS);
  const file = space.write('params.json', { least: 5 });
  assert.equal((await runAgent(['run', mapping, '--param-file', file])).status, 0);
  assert.equal(readFileSync(space.path('out.csv'), 'utf8'), 'id,twice\n3,19.98\n');
  assert.equal((await runAgent(['run', mapping, '--param-file', file, '--param', 'least=1.99'])).status, 0);
  assert.equal(readFileSync(space.path('out.csv'), 'utf8'), 'id,twice\n1,4.00\n3,19.98\n');
});

test('validate of a sound mapping says so', async (t) => {
  const ended = await runAgent(['validate', writeSample(workspace(t))]);
  assert.deepEqual(ended, { status: 0, stdout: 'sample: no mistakes found\n', stderr: '' });
});

test('without a command the help is shown', async () => {
  const ended = await runAgent([]);
  assert.deepEqual([ended.status, ended.stdout], [2, '']);
  assert.match(ended.stderr, /^Usage: secure-agent/);
  assert.match((await runAgent(['run', '--help'])).stdout, /--max-rejects/);
});

test('a mistake is told with file, line, column and remedy, without a stack', async (t) => {
  const mapping = soundMapping();
  mapping.transformations[1].condition = 'amuont > 1';
  const file = writeSample(workspace(t), mapping);
  const ended = await runAgent(['run', file]);
  assert.equal(ended.status, 2);
  assert.equal(ended.stdout, '');
  const [what, where, remedy, ...rest] = ended.stderr.trimEnd().split('\n');
  assert.match(what, /^error UNKNOWN_FIELD: /);
  assert.match(where, /^ {2}where: .*mapping\.json:[0-9]+:[0-9]+; transformation large$/);
  assert.match(remedy, /^ {2}to do: .*"?amount"?/);
  assert.deepEqual(rest, []);
  const report = reportOf(await runAgent(['run', file, '--json']));
  assert.deepEqual([report.status, report.error?.code], ['invalid', 'UNKNOWN_FIELD']);
});

test('with --json stdout is one report in every case', async (t) => {
  const space = workspace(t);
  const sample = writeSample(space);
  const cases: readonly (readonly string[])[] = [
    ['run', '--json'],
    ['run', sample, '--json', '--memory', 'lots'],
    ['run', sample, '--json', '--max-rejects', 'few'],
    ['run', sample, '--json', '--workers', '0'],
    ['run', sample, '--json', '--colour'],
    ['run', space.path('none.json'), '--json'],
    ['validate', sample, '--json', '--param', 'least'],
    ['frobnicate', '--json'],
  ];
  for (const args of cases) {
    const ended = await runAgent(args);
    assert.equal(ended.status, 2, args.join(' '));
    assert.equal(reportOf(ended).status, 'invalid', args.join(' '));
    assert.equal(ended.stderr, '', args.join(' '));
  }
});

test('a missing source and rejected rows fail the run and leave the target as it was', async (t) => {
  const space = workspace(t);
  const mapping = writeSample(space);
  space.write('out.csv', 'before\n');
  const missing = reportOf(await runAgent(['run', mapping, '--json']));
  assert.equal(missing.error?.code, 'SOURCE_NO_OBJECTS');

  space.write('in/orders.csv', `${ORDERS}4,much,e\n`);
  const ended = await runAgent(['run', mapping, '--json']);
  assert.equal(ended.status, 1);
  const report = reportOf(ended);
  assert.equal(report.error?.code, 'TOO_MANY_REJECTS');
  const [first] = report.rejects.first;
  assert.deepEqual([first.row, first.line, first.field, first.value], [4, 5, 'amount', 'much']);
  assert.equal(readFileSync(space.path('out.csv'), 'utf8'), 'before\n');

  const allowed = reportOf(await runAgent(['run', mapping, '--json', '--max-rejects', '1']));
  assert.deepEqual([allowed.status, allowed.rejects.count], ['succeeded', 1]);
});

test('rows that fail in an expression are rejected in row order, with every field named', async (t) => {
  const space = workspace(t);
  const mapping = soundMapping();
  mapping.transformations[2].fields = [
    { name: 'doubled', type: 'decimal(8,2)', expression: '1 / (id - 3)' },
    { name: 'other', type: 'integer', expression: 'IIF(id < 4, 5 % (id - id), 1)' },
  ];
  space.write('in/orders.csv', 'id,amount,note\n1,2.00,a\n3,2.00,b\n7,2.00,c\n');
  const report = reportOf(await runAgent(['run', writeSample(space, mapping), '--json', '--max-rejects', '2']));
  assert.equal(report.status, 'succeeded', JSON.stringify(report.errors));
  assert.deepEqual(
    report.rejects.first.map(({ row, field, code }) => [row, field, code]),
    [
      [1, 'other', 'DIVISION_BY_ZERO'],
      [2, 'doubled,other', 'DIVISION_BY_ZERO'],
    ],
  );
  assert.equal(readFileSync(space.path('out.csv'), 'utf8'), 'id,twice\n7,0.25\n');
});

test('a source without fields takes the names of its header', async (t) => {
  const space = workspace(t);
  const mapping = soundMapping();
  Reflect.deleteProperty(mapping.transformations[0], 'fields');
  mapping.transformations[1].condition = "note <> 'b'";
  mapping.transformations[2].fields = [{ name: 'loud', type: 'string', expression: 'UPPER(note)' }];
  mapping.transformations[3].fields = ['note', 'loud'];
  space.write('in/orders.csv', ORDERS);
  const file = writeSample(space, mapping);
  assert.equal((await runAgent(['validate', file])).status, 0);
  assert.equal((await runAgent(['run', file])).status, 0);
  assert.equal(readFileSync(space.path('out.csv'), 'utf8'), 'note,loud\na,A\n"c, d","C, D"\n');

  mapping.transformations[3].fields = ['nota'];
  const report = reportOf(await runAgent(['run', writeSample(space, mapping), '--json']));
  assert.equal(report.error?.code, 'UNKNOWN_FIELD_NAME');
});

test('a target among the objects that a pattern reads is refused before a row is read', async (t) => {
  const space = workspace(t);
  const mapping = soundMapping();
  Object.assign(mapping.transformations[0], { object: 'in/*.csv', advanced: { allowWildcardCharacters: true } });
  mapping.transformations[3].object = 'in/orders.csv';
  space.write('in/orders.csv', ORDERS);
  const report = reportOf(await runAgent(['run', writeSample(space, mapping), '--json']));
  assert.equal(report.error?.code, 'SAME_OBJECT_LISTED');
  assert.equal(readFileSync(space.path('in/orders.csv'), 'utf8'), ORDERS);
});

test('one source feeds two targets, each with its own rows', async (t) => {
  const space = workspace(t);
  const mapping = soundMapping();
  const [, , , out] = mapping.transformations;
  mapping.transformations.push(
    { name: 'small', type: 'filter', input: 'orders', condition: 'NOT (amount > $$least)' },
    { ...out, name: 'rest', input: 'small', object: 'sub/rest.csv', fields: ['note'] },
  );
  space.write('in/orders.csv', ORDERS);
  const report = reportOf(await runAgent(['run', writeSample(space, mapping), '--json']));
  assert.equal(report.status, 'succeeded', JSON.stringify(report.errors));
  assert.equal(readFileSync(space.path('out.csv'), 'utf8'), 'id,twice\n1,4.00\n3,19.98\n');
  assert.equal(readFileSync(space.path('sub/rest.csv'), 'utf8'), 'note\nb\n');
  const names = report.transformations.map(({ name }) => name);
  assert.deepEqual(names, ['orders', 'large', 'shaped', 'small', 'out', 'rest']);
});

test('a folder in place of the target is an error of the target', async (t) => {
  const space = workspace(t);
  const mapping = writeSample(space);
  space.write('in/orders.csv', ORDERS);
  mkdirSync(space.path('out.csv'));
  const report = reportOf(await runAgent(['run', mapping, '--json']));
  assert.deepEqual([report.error?.code, report.error?.transformation], ['NOT_A_FILE', 'out']);
});
