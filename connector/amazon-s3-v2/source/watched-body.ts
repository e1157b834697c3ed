import type { Readable } from 'node:stream';
import type { Clock } from '../../../runtime/connector-api.js';

/** A body that brings nothing for so long is given up and taken up anew. Milliseconds. */
const patience = 30_000;

/** The chunks of a body; a stall fails with a TimeoutError. Only the time spent waiting for the body counts. */
export async function* watchedBody(body: Readable, clock: Clock): AsyncIterable<Uint8Array> {
  const finished = new AbortController();
  let waitingSince: number | undefined = clock.monotonic();

  async function watch(): Promise<void> {
    for (let pause = patience; ; ) {
      await clock.sleep(pause, finished.signal);
      const waited = waitingSince === undefined ? 0 : clock.monotonic() - waitingSince;
      if (waited >= patience) break;
      pause = patience - waited;
    }
    body.destroy(new DOMException(`no byte within ${patience / 1000} s`, 'TimeoutError'));
  }

  watch().catch(() => {});
  try {
    for await (const chunk of body) {
      waitingSince = undefined;
      yield chunk;
      waitingSince = clock.monotonic();
    }
  } finally {
    finished.abort();
  }
}
