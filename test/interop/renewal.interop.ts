import assert from 'node:assert/strict';
import { test } from 'node:test';
import { orderLines } from './order-lines.js';
import { bytesPerSecond, holdFirst, relay } from './relay.js';
import { serversOf } from './servers.js';
import { transfer } from './transfer.js';

const MIB = 1024 * 1024;
const { sessionSeconds = 0, s3Endpoint } = serversOf(process.env);

/** The tests need a slow way to the server, and only plain http can be slowed down without breaking TLS. */
const skip =
  (sessionSeconds === 0 && 'CROSSROLE_INTEROP_SESSION_SECONDS is not set') ||
  (!s3Endpoint.startsWith('http:') && 'CROSSROLE_INTEROP_S3_ENDPOINT is not plain http');

/** Sessions are renewed after two thirds of their lifetime, or 5 minutes before its end. */
const renewedAfter = sessionSeconds - Math.min(300, sessionSeconds / 3);
/** Time for five renewals and a half, and a minute at least. */
const runSeconds = Math.max(62, 5.5 * renewedAfter);

test('a run that outlives its sessions many times renews both, and its output is what came in', {
  skip,
  timeout: (3 * runSeconds + 60) * 1000,
}, async (t) => {
  const { source, target, run } = transfer(t);
  const objects = Array.from({ length: 24 }, (_, index) => orderLines(MIB, 1 + index * 100_000));
  for (const [index, lines] of objects.entries()) await source.put(`day-${String(index).padStart(2, '0')}.csv`, lines);
  const size = objects.reduce((sum, { length }) => sum + length, 0);
  // The way back is slow; uploads take a part of the time that reading does.
  const restEndpoint = await relay(t, s3Endpoint, {
    toClient: bytesPerSecond(size / runSeconds),
    toServer: bytesPerSecond((4 * size) / runSeconds),
  });
  const advanced = { temporaryCredentialDuration: sessionSeconds };
  const { status, report } = await run({
    source: {
      object: 'day-*.csv',
      advanced: { ...advanced, allowWildcardCharacters: true },
      connection: { restEndpoint },
    },
    target: { object: 'month.csv', advanced, connection: { restEndpoint } },
  });
  assert.deepEqual([status, report.error], [0, null]);
  assert.ok(report.durationMs >= 1000 * (runSeconds - 2), `${report.durationMs} ms`);
  assert.equal(report.sessions.length, 2);
  for (const { transformation, refreshes, stsCalls, grantedExpirations } of report.sessions) {
    t.diagnostic(`${transformation}: ${refreshes} refreshes in ${Math.round(report.durationMs / 1000)} s`);
    assert.ok(refreshes >= 5, `${transformation} was renewed ${refreshes} times`);
    assert.equal(grantedExpirations.length, refreshes + 1);
    assert.equal(stsCalls, refreshes + 1, 'one AssumeRole for each session');
  }
  const [first, ...others] = objects;
  const header = first.indexOf('\n') + 1;
  const expected = Buffer.concat([first, ...others.map((lines) => lines.subarray(header))]);
  assert.ok(expected.equals(await target.get('month.csv')));
  assert.deepEqual(await target.uploads(), []);
});

test('a request that arrives after the end of its session is repeated under the next one', {
  skip: skip || (sessionSeconds > 20 && 'a request is waited for 30 s, CROSSROLE_INTEROP_SESSION_SECONDS is over 20'),
}, async (t) => {
  const { source, target, run } = transfer(t);
  const lines = orderLines(9 * MIB);
  await source.put('orders.csv', lines);
  const late = sessionSeconds + 2;
  const reading = holdFirst(/^GET [^\n]*orders\.csv/, late);
  const writing = holdFirst(/^PUT [^\n]*partNumber=1&/, late);
  // Behind the "100 Continue" of an upload it does not stand at the beginning of a piece.
  const refused = holdFirst(/HTTP\/1\.1 40[03] /, 0);
  const gates = (toServer: typeof reading.gate) => ({ toServer, toClient: refused.gate });
  const advanced = { temporaryCredentialDuration: sessionSeconds };
  const { status, report } = await run({
    source: {
      object: 'orders.csv',
      advanced,
      connection: { restEndpoint: await relay(t, s3Endpoint, gates(reading.gate)) },
    },
    target: {
      object: 'copy.csv',
      advanced,
      connection: { restEndpoint: await relay(t, s3Endpoint, gates(writing.gate)) },
    },
  });
  assert.deepEqual([status, report.error], [0, null]);
  assert.ok(refused.seen() >= 1, 'the read came too late');
  assert.ok(writing.seen() >= 2, 'the part was sent again');
  assert.ok(lines.equals(await target.get('copy.csv')));
});
