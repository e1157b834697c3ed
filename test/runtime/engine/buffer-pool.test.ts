import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bufferPool } from '../../../runtime/engine/buffer-pool.js';

const never = new AbortController().signal;

/** Whether a promise is settled once all that is due has run. */
async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let settled = false;
  promise.then(
    () => {
      settled = true;
    },
    () => {
      settled = true;
    },
  );
  await new Promise((resolve) => setImmediate(resolve));
  return settled;
}

test('buffers are reused and their bytes never exceed the limit', async () => {
  const pool = bufferPool(100);
  const first = await pool.acquire(60, never);
  const second = pool.acquire(60, never);
  assert.equal(await isSettled(second), false);
  pool.release(first);
  assert.equal(await second, first);
});

test('a buffer of another size takes the place of idle ones', async () => {
  const pool = bufferPool(100);
  pool.release(await pool.acquire(60, never));
  assert.equal((await pool.acquire(90, never)).length, 90);
});

test('requests are served in order, so that a large one is not starved by small ones', async () => {
  const pool = bufferPool(100);
  const held = await pool.acquire(50, never);
  const large = pool.acquire(80, never);
  const small = pool.acquire(10, never);
  assert.deepEqual([await isSettled(large), await isSettled(small)], [false, false]);
  pool.release(held);
  assert.equal((await large).length, 80);
  assert.equal((await small).length, 10);
});

test('an aborted request leaves the queue, and the next one moves up', async () => {
  const pool = bufferPool(100);
  await pool.acquire(90, never);
  const controller = new AbortController();
  const large = pool.acquire(50, controller.signal);
  const small = pool.acquire(10, never);
  assert.equal(await isSettled(small), false);
  controller.abort(new Error('stopped'));
  await assert.rejects(large, /stopped/);
  assert.equal((await small).length, 10);
});

test('what can never fit is an error that says what to do', async () => {
  await assert.rejects(bufferPool(100).acquire(101, never), { code: 'MEMORY_TOO_SMALL', remedy: /--memory/ });
});
