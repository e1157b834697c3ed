import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { RunReport } from '../../../runtime/engine/report.js';
import { runMapping } from '../../../runtime/engine/run.js';
import { runState } from '../../../runtime/engine/run-state.js';
import { loadMapping } from '../../../runtime/mapping/load.js';
import type { RunningSandbox } from '../../../runtime/sandbox/sandbox.js';
import { testClock } from '../../connector/test-clock.js';
import { workspace } from '../mapping/workspace.js';
import { asyncLines, ordersMapping, twoAccounts } from './two-accounts.js';

const MIB = 1024 * 1024;
const SOURCE = 'raw/orders/2026/a.csv';
const TARGET = 'eu/orders.csv';
/** The target has two parts: one of 8 MiB and a rest. */
const SOURCE_BYTES = 18 * MIB;
/** Waits between tries are over at once; deadlines and watchdogs (30 s and more) stay with the test. */
const LONGEST_BACKOFF_MS = 6_000;

interface Row {
  readonly what: string;
  readonly faults: readonly object[];
  /** Where the run can not succeed. */
  readonly error?: string;
  /** A body brings nothing: the clock is moved on until the connector gives it up. */
  readonly stalls?: boolean;
  /** Run in the default suite, too; the others with `npm run soak:faults`. */
  readonly always?: boolean;
}

const isSoak = process.env.CROSSROLE_ALL_FAULTS === '1';
const chosen = (rows: readonly Row[]): readonly Row[] => rows.filter(({ always }) => isSoak || always);

const on = (operation: string, more: object = {}) => ({ operation, ...more });
const OPERATIONS = [
  'AssumeRole',
  'ListObjectsV2',
  'GetObject',
  'CreateMultipartUpload',
  'UploadPart',
  'CompleteMultipartUpload',
];

const passing: readonly Row[] = [
  ...(['reset', 'truncate'] as const).map((kind) => ({
    what: `bodies of the source break off after 0, 1, 65,536 and 5,000,000 bytes: ${kind}`,
    faults: [0, 1, 65_536, 5_000_000].map((afterBytes, index) => ({
      on: on('GetObject', { occurrence: index + 1 }),
      do: kind,
      afterBytes,
    })),
    always: kind === 'reset',
  })),
  {
    what: 'the body of the source stalls',
    faults: [{ on: on('GetObject', { occurrence: 1 }), do: 'stall', afterBytes: 3_000_000 }],
    stalls: true,
    always: true,
  },
  ...(['error500', 'throttle', 'reset'] as const).map((kind) => ({
    what: `the first request of every operation fails: ${kind}`,
    faults: OPERATIONS.map((operation) => ({ on: on(operation, { occurrence: 1 }), do: kind })),
  })),
  {
    what: 'every third request of every operation fails: error500, throttle',
    always: true,
    faults: OPERATIONS.flatMap((operation, index) => [
      { on: on(operation, { every: 3 }), do: index % 2 === 0 ? 'error500' : 'throttle' },
    ]),
  },
  ...['UploadPart', 'CompleteMultipartUpload'].map((operation) => ({
    what: `the answer to ${operation} is lost after its effect`,
    faults: [{ on: on(operation, { occurrence: 1 }), do: 'truncate', afterBytes: 0 }],
  })),
  ...['ListObjectsV2', 'GetObject', 'CreateMultipartUpload', 'UploadPart', 'CompleteMultipartUpload'].map(
    (operation) => ({
      what: `the session ends before ${operation}`,
      faults: [{ on: on(operation, { occurrence: 1 }), do: 'expire' }],
      always: operation === 'CompleteMultipartUpload',
    }),
  ),
  {
    what: 'the session ends between two parts',
    always: true,
    faults: [{ on: on('UploadPart', { occurrence: 2 }), do: 'expire' }],
  },
];

const refusing = (operation: string, times = 100) =>
  Array.from({ length: times }, (_, index) => ({ on: on(operation, { occurrence: index + 1 }), do: 'error500' }));

const failing: readonly Row[] = [
  { what: 'S3 never lists', faults: refusing('ListObjectsV2'), error: 'S3_REQUEST_FAILED' },
  { what: 'S3 never gives the source', faults: refusing('GetObject'), error: 'S3_REQUEST_FAILED' },
  {
    what: 'every answer with the source ends before its first byte',
    faults: [{ on: on('GetObject'), do: 'truncate', afterBytes: 0 }],
    error: 'S3_UNREACHABLE',
  },
  { what: 'S3 takes no upload', faults: refusing('CreateMultipartUpload'), error: 'S3_REQUEST_FAILED' },
  { what: 'S3 takes no second part', faults: refusing('UploadPart').slice(1), error: 'S3_REQUEST_FAILED' },
  { what: 'S3 never completes', faults: refusing('CompleteMultipartUpload'), error: 'COMMIT_UNKNOWN', always: true },
  {
    what: 'the session ends before the upload is aborted',
    always: true,
    faults: [...refusing('UploadPart').slice(1), { on: on('AbortMultipartUpload', { occurrence: 1 }), do: 'expire' }],
    error: 'S3_REQUEST_FAILED',
  },
  {
    what: 'the first two tries to abort the upload fail',
    faults: [...refusing('UploadPart').slice(1), ...refusing('AbortMultipartUpload', 2)],
    error: 'S3_REQUEST_FAILED',
  },
];

async function digestOf(sandbox: RunningSandbox): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of sandbox.getObject('acme-curated', TARGET)) hash.update(chunk);
  return hash.digest('hex');
}

/** The connections of the two accounts with the sandbox as endpoint: this process has no environment of its own per test. */
function connectionsTo(t: TestContext, { endpoint }: RunningSandbox): string {
  const space = workspace(t);
  for (const name of ['landing', 'curated']) {
    const file = JSON.parse(readFileSync(join(dirname(ordersMapping), 'connections', `${name}.json`), 'utf8'));
    Object.assign(file.properties, { restEndpoint: endpoint, stsEndpoint: endpoint, forcePathStyle: true });
    space.write(`${name}.json`, file);
  }
  return space.folder;
}

async function run(t: TestContext, { faults, stalls }: Pick<Row, 'faults' | 'stalls'>) {
  const sandbox = await twoAccounts(t, { faults });
  await sandbox.putObject('acme-landing', SOURCE, asyncLines(SOURCE_BYTES));
  const clock = testClock({ patience: LONGEST_BACKOFF_MS });
  const mapping = loadMapping(ordersMapping, {
    parameters: [],
    parameterFile: undefined,
    connectionsDirectory: connectionsTo(t, sandbox),
    environment: sandbox.env,
  });
  let isOver = false;
  const running = runMapping(mapping, {
    memory: 64 * MIB,
    maxRejects: undefined,
    signal: new AbortController().signal,
    clock,
    state: runState(),
  }).finally(() => {
    isOver = true;
  });
  // Half of what a request may take, so that only a body that brings nothing is given up.
  while (stalls && !isOver) {
    await new Promise((resolve) => setTimeout(resolve, 500));
    await clock.advance(31_000);
  }
  return { report: await running, sandbox };
}

function codes({ errors }: RunReport): string[] {
  return errors.map(({ code }) => code);
}

test('faults of the network that pass leave the same object, byte for byte', async (t) => {
  const undisturbed = await run(t, { faults: [] });
  assert.equal(undisturbed.report.status, 'succeeded', JSON.stringify(undisturbed.report.errors));
  const expected = await digestOf(undisturbed.sandbox);
  for (const row of chosen(passing)) {
    await t.test(row.what, async (t) => {
      const { report, sandbox } = await run(t, row);
      assert.equal(report.status, 'succeeded', JSON.stringify(report.errors));
      assert.equal(await digestOf(sandbox), expected);
      assert.deepEqual(sandbox.openUploads(), []);
    });
  }
});

test('faults that stay end the run without an object and without an upload', async (t) => {
  for (const row of chosen(failing)) {
    await t.test(row.what, async (t) => {
      const { report, sandbox } = await run(t, row);
      assert.deepEqual(codes(report), [row.error], JSON.stringify(report.errors));
      assert.deepEqual(sandbox.listObjects('acme-curated'), []);
      assert.deepEqual(sandbox.openUploads(), []);
    });
  }
});
