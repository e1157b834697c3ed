import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { GrantedSession } from '../../../connector/amazon-s3-v2/identity/granted-session.js';
import { sessionHolder } from '../../../connector/amazon-s3-v2/identity/session-holder.js';
import { testClock } from '../test-clock.js';

/** An STS that grants sessions of `lifetime` milliseconds, or fails while `failure` is set. */
function fakeSts(lifetime: number) {
  const state = {
    calls: 0,
    lifetime,
    failure: undefined as Error | undefined,
    hold: undefined as Promise<void> | undefined,
  };
  async function assume(): Promise<GrantedSession> {
    state.calls += 1;
    await state.hold;
    if (state.failure) throw state.failure;
    const accessKeyId = `ASIA${state.calls}`;
    const keys = { accessKeyId, secretAccessKey: 's', sessionToken: 't', expiresAt: 0 };
    return { keys, lifetime: state.lifetime, principalArn: 'arn:aws:sts::1:assumed-role/r/s' };
  }
  return { state, assume };
}

const minute = 60_000;
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('sessionHolder', () => {
  it('asks STS once, however many requests come at the same time and later', async () => {
    const sts = fakeSts(15 * minute);
    const clock = testClock();
    const holder = sessionHolder(sts, clock);
    const sessions = await Promise.all(Array.from({ length: 50 }, () => holder.current()));
    assert.equal(new Set(sessions).size, 1);
    await clock.advance(9 * minute);
    assert.equal(await holder.current(), sessions[0]);
    assert.equal(sts.state.calls, 1);
  });

  for (const [what, lifetime, renewsAfter] of [
    ['5 minutes before the end of an hour', 60 * minute, 55 * minute],
    ['at two thirds of a short session', 9000, 6000],
  ] as const) {
    it(`renews ${what}, while requests go on with the old session`, async () => {
      const sts = fakeSts(lifetime);
      const clock = testClock();
      const holder = sessionHolder(sts, clock);
      const first = await holder.current();
      await clock.advance(renewsAfter - 1);
      await holder.current();
      assert.equal(sts.state.calls, 1);
      await clock.advance(1);
      const during = await Promise.all([holder.current(), holder.current(), holder.current()]);
      assert.ok(during.every((session) => session === first));
      await settled();
      assert.notEqual(await holder.current(), first);
      assert.equal(sts.state.calls, 2);
    });
  }

  it('follows what was granted, not what was asked for', async () => {
    const sts = fakeSts(60 * minute);
    const clock = testClock();
    const holder = sessionHolder(sts, clock);
    await holder.current();
    sts.state.lifetime = 3000;
    await clock.advance(60 * minute);
    await holder.current();
    await clock.advance(2000);
    await holder.current();
    await settled();
    assert.equal(sts.state.calls, 3);
  });

  it('waits for a new session when the old one is over', async () => {
    const sts = fakeSts(15 * minute);
    const clock = testClock();
    const holder = sessionHolder(sts, clock);
    const first = await holder.current();
    await clock.advance(15 * minute);
    assert.notEqual(await holder.current(), first);
  });

  it('survives failing renewals while the session lasts, and tries again at growing distances', async () => {
    const sts = fakeSts(15 * minute);
    const clock = testClock();
    const holder = sessionHolder(sts, clock);
    const first = await holder.current();
    sts.state.failure = new Error('STS is down');
    await clock.advance(10 * minute);
    for (let second = 0; second < 200; second++) {
      assert.equal(await holder.current(), first);
      await clock.advance(1000);
    }
    assert.ok(sts.state.calls >= 8 && sts.state.calls <= 14, `${sts.state.calls} calls`);
    sts.state.failure = undefined;
    await clock.advance(30_000);
    await holder.current();
    await settled();
    assert.notEqual(await holder.current(), first);
  });

  it('fails with the reason once the session is over', async () => {
    const sts = fakeSts(15 * minute);
    const clock = testClock();
    const holder = sessionHolder(sts, clock);
    await holder.current();
    sts.state.failure = new Error('STS is down');
    await clock.advance(15 * minute);
    await assert.rejects(holder.current(), /STS is down/);
  });

  it('replaces a refused session once for all requests that it was refused to', async () => {
    const sts = fakeSts(15 * minute);
    const holder = sessionHolder(sts, testClock());
    const refused = await holder.current();
    const replaced = await Promise.all(Array.from({ length: 10 }, () => holder.replace(refused)));
    assert.equal(new Set(replaced).size, 1);
    assert.notEqual(replaced[0], refused);
    assert.equal(await holder.replace(refused), replaced[0]);
    assert.equal(sts.state.calls, 2);
  });

  it('counts the lifetime from before the request, so that a slow answer does not prolong it', async () => {
    const sts = fakeSts(9000);
    const clock = testClock();
    const holder = sessionHolder(sts, clock);
    let release = () => {};
    sts.state.hold = new Promise((resolve) => {
      release = resolve;
    });
    const pending = holder.current();
    await clock.advance(4000);
    release();
    assert.equal((await pending).endsAt, 9000);
  });

  it('renews a session that nobody asks for, once a lifetime, until it is told to stop', async () => {
    const sts = fakeSts(15 * minute);
    const clock = testClock();
    const holder = sessionHolder(sts, clock);
    await holder.current();
    const stop = new AbortController();
    const keeping = holder.keepCurrent(stop.signal);
    for (let lifetime = 1; lifetime <= 50; lifetime++) {
      await clock.advance(10 * minute);
      await settled();
      assert.equal(sts.state.calls, 1 + lifetime);
    }
    stop.abort();
    await keeping;
    assert.equal(clock.sleepers(), 0);
  });

  it('goes on trying while a renewal in the background fails', async () => {
    const sts = fakeSts(15 * minute);
    const clock = testClock();
    const holder = sessionHolder(sts, clock);
    const first = await holder.current();
    const stop = new AbortController();
    const keeping = holder.keepCurrent(stop.signal);
    sts.state.failure = new Error('STS is away');
    await clock.advance(10 * minute);
    await clock.advance(1000);
    assert.equal(sts.state.calls, 3);
    assert.equal(holder.held(), first);
    sts.state.failure = undefined;
    await clock.advance(2000);
    assert.notEqual(holder.held(), first);
    stop.abort();
    await keeping;
  });
});
