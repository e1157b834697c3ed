import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RunningSandbox } from '../../../runtime/sandbox/sandbox.js';
import { type Ended, reportOf, startAgent } from './agent-process.js';
import { asyncLines, ordersMapping, twoAccounts } from './two-accounts.js';

/** `npm run soak:signals` gives more. */
const RUNS = Number(process.env.CROSSROLE_SIGNAL_RUNS ?? 12);
const SEED = Number(process.env.CROSSROLE_SIGNAL_SEED ?? 1);
const SOURCE_BYTES = 48 * 1024 * 1024;
const LONGEST_END_MS = 10_000;

/** A linear congruential generator (Numerical Recipes), 0 up to 1, so that a failing run can be met again. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function target(sandbox: RunningSandbox) {
  return sandbox.listObjects('acme-curated').map(({ key, size, metadata }) => ({ key, size, metadata }));
}

test(`${RUNS} runs stopped at random moments leave the whole old object or the whole new one`, async (t) => {
  const sandbox = await twoAccounts(t);
  await sandbox.putObject('acme-landing', 'raw/orders/2026/a.csv', asyncLines(SOURCE_BYTES));
  const begun = performance.now();
  const whole = await startAgent(['run', ordersMapping, '--json'], sandbox.env).ended;
  const duration = performance.now() - begun;
  assert.equal(reportOf(whole).status, 'succeeded');
  const [{ size }] = target(sandbox);

  const random = randomNumbers(SEED);
  const outcomes = new Map<string, number>();
  let slowest = 0;
  for (let run = 0; run < RUNS; run++) {
    const signal = random() < 0.5 ? 'SIGINT' : 'SIGTERM';
    const after = Math.round(random() * duration * 1.1);
    const about = `run ${run}: ${signal} after ${after} ms of ${Math.round(duration)}`;
    const before = target(sandbox);
    const requests = sandbox.auditLog.length;

    const agent = startAgent(['run', ordersMapping, '--json'], sandbox.env);
    await new Promise((resolve) => setTimeout(resolve, after));
    const killed = performance.now();
    agent.kill(signal);
    const ended = await agent.ended;
    const took = performance.now() - killed;
    slowest = Math.max(slowest, took);

    assert.ok(took < LONGEST_END_MS, `${about}: ended ${took} ms later`);
    assert.deepEqual(sandbox.openUploads(), [], about);
    const outcome = outcomeOf(ended, signal, about);
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    if (outcome === 'succeeded') {
      const metadata = { 'crossrole-run': reportOf(ended).run };
      assert.deepEqual(target(sandbox), [{ key: 'eu/orders.csv', size, metadata }], about);
    } else assert.deepEqual(target(sandbox), before, `${about}: ${JSON.stringify(ended)}`);
    if (outcome === 'not begun') assert.equal(sandbox.auditLog.length, requests, about);
  }
  const counts = [...outcomes].map(([outcome, count]) => `${count} ${outcome}`).join(', ');
  t.diagnostic(`${counts}; slowest end ${Math.round(slowest)} ms after the signal`);
});

/** Before the command listens for signals, the system ends it as any process (128 + signal to a shell); nothing has begun. */
function outcomeOf(ended: Ended, signal: NodeJS.Signals, about: string): 'not begun' | 'cancelled' | 'succeeded' {
  if (ended.status === null) return 'not begun';
  const { status } = reportOf(ended);
  assert.ok(status === 'cancelled' || status === 'succeeded', `${about}: ${ended.stdout}`);
  assert.equal(ended.status, status === 'succeeded' ? 0 : signal === 'SIGINT' ? 130 : 143, about);
  return status;
}
