import assert from 'node:assert/strict';
import { test } from 'node:test';
import { orderFields, orderLines } from './order-lines.js';
import { eightAtATime } from './owner.js';
import { transfer } from './transfer.js';

const MIB = 1024 * 1024;

test('a filter and an expression give the expected bytes', async (t) => {
  const { servers, source, target, run } = transfer(t);
  await source.put(
    'orders.csv',
    'order_id,customer,country,amount\n1,Ann,DE,7.50\n2,"Bob, jr.",FR,007.51\n3,Céline,FR,8\n4,Dan,US,99.99\n',
  );
  const { status, report } = await run({
    source: { object: 'orders.csv', fields: orderFields },
    between: [
      { name: 'large', type: 'filter', condition: "amount > 7.50 AND IN(country, 'DE', 'FR')" },
      {
        name: 'priced',
        type: 'expression',
        fields: [{ name: 'gross', type: 'decimal(14,3)', expression: 'ROUND(amount * 1.19, 3)' }],
      },
    ],
    target: { object: 'large.csv', fields: ['order_id', 'customer', { name: 'total', from: 'gross' }] },
  });
  assert.deepEqual([status, report.error], [0, null]);
  assert.equal(
    (await target.get('large.csv')).toString(),
    'order_id,customer,total\n2,"Bob, jr.",8.937\n3,Céline,9.520\n',
  );
  for (const { transformation, roleArn, principalArn } of report.sessions) {
    const side = transformation === 'rows' ? servers.source : servers.target;
    assert.equal(roleArn, side.role);
    assert.match(
      String(principalArn),
      new RegExp(`:assumed-role/${side.role.split('/').at(-1)}/interop\\.${transformation}\\.`),
    );
  }
  assert.deepEqual(report.sessions.map(({ transformation }) => transformation).toSorted(), ['copy', 'rows']);
});

test('a pattern reads more objects than one page of a listing holds, odd keys among them, in the order of their keys', async (t) => {
  const { source, target, run } = transfer(t);
  const odd = [
    'a b.csv',
    'a+b.csv',
    'a%20b.csv',
    'ü/ß.csv',
    '日本/東京.csv',
    'x//y.csv',
    '/z.csv',
    "~!(*)'&=@:,;$.csv",
    '😀.csv',
  ];
  const many = Array.from({ length: 1000 }, (_, index) => `many/${index}.csv`);
  const keys = [...odd, ...many].map((key) => `in/${key}`);
  await eightAtATime(keys, (key) => source.put(key, `key\n"${key}"\n`));
  await source.put('in/not.txt', 'key\nleft out\n');
  await source.put('outside.csv', 'key\nleft out\n');
  const { status, report } = await run({
    source: { object: 'in/*.csv', advanced: { allowWildcardCharacters: true, enableRecursiveRead: true } },
    target: { object: 'ü + %25//all (1).csv' },
  });
  assert.deepEqual([status, report.error], [0, null]);
  const sorted = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  const rows = (await target.get('ü + %25//all (1).csv')).toString().split('\n');
  assert.deepEqual(
    rows.slice(1, -1).map((row) => row.replaceAll('"', '')),
    sorted,
  );
});

test('an object of several parts arrives byte by byte', async (t) => {
  const { source, target, run } = transfer(t);
  const lines = orderLines(20 * MIB);
  await source.put('orders.csv', lines);
  for (const checksums of ['when-required', 'when-supported']) {
    const { status, report } = await run({
      source: { object: 'orders.csv' },
      target: { object: `${checksums}.csv`, connection: { checksums } },
    });
    assert.deepEqual([status, report.error], [0, null], checksums);
    assert.ok(lines.equals(await target.get(`${checksums}.csv`)), checksums);
  }
  assert.deepEqual(await target.uploads(), []);
});

test('ifExists fail leaves what is there as it was', async (t) => {
  const { source, target, run } = transfer(t);
  await source.put('orders.csv', orderLines(100));
  await target.put('kept.csv', 'as it was');
  const mapping = {
    source: { object: 'orders.csv' },
    target: { object: 'kept.csv', advanced: { ifExists: 'fail' } },
  };
  const { status, report } = await run(mapping);
  assert.deepEqual([status, report.error?.code], [1, 'TARGET_EXISTS']);
  assert.equal((await target.get('kept.csv')).toString(), 'as it was');

  const first = { ...mapping, target: { ...mapping.target, object: 'new.csv' } };
  assert.equal((await run(first)).status, 0);
  assert.equal((await run(first)).report.error?.code, 'TARGET_EXISTS');
});
