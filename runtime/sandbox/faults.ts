import type { Clock } from '../clock.js';
import type { FaultConfig } from './config.js';

export interface FaultSubject {
  readonly operation: string;
  readonly bucket: string | undefined;
  readonly key: string | undefined;
}

export interface Faults {
  /** The faults that this request meets; counts it. */
  of(subject: FaultSubject): FaultConfig[];
}

export function faults(configs: readonly FaultConfig[]): Faults {
  const seen = configs.map(() => 0);
  return {
    of({ operation, bucket, key }) {
      return configs.filter((config, index) => {
        const { on } = config;
        const matches =
          on.operation === operation &&
          (on.bucket === undefined || on.bucket === bucket) &&
          (on.key === undefined || on.key === key);
        if (!matches) return false;
        const count = ++seen[index];
        if (on.occurrence !== undefined) return count === on.occurrence;
        return on.every === undefined || count % on.every === 0;
      });
    },
  };
}

/** Ends an answer in the middle, with its connection. */
export class BrokenBody extends Error {}

/**
 * A body as the faults make it arrive.
 * @param gone fulfilled when the client has left, which is what ends a stalled body
 */
export async function* faultyBody(
  body: AsyncIterable<Uint8Array>,
  active: readonly FaultConfig[],
  clock: Clock,
  gone: Promise<unknown>,
): AsyncIterable<Uint8Array> {
  const cut = active.find(({ do: kind }) => kind === 'reset' || kind === 'truncate' || kind === 'stall');
  const slow = active.find(({ do: kind }) => kind === 'slow');
  let left = cut ? cut.afterBytes : Number.POSITIVE_INFINITY;
  for await (const chunk of body) {
    const part = chunk.subarray(0, Math.min(chunk.length, left));
    if (slow) yield* trickle(part, slow.bytesPerSecond, clock);
    else if (part.length > 0) yield part;
    left -= part.length;
    if (left <= 0) break;
  }
  if (cut?.do === 'stall') await gone;
  if (cut) throw new BrokenBody('the sandbox was told to break this body off');
}

const TICK_MS = 100;

async function* trickle(bytes: Uint8Array, bytesPerSecond: number, clock: Clock): AsyncIterable<Uint8Array> {
  const step = Math.max(1, Math.round((bytesPerSecond * TICK_MS) / 1000));
  for (let at = 0; at < bytes.length; at += step) {
    yield bytes.subarray(at, at + step);
    await clock.sleep((Math.min(step, bytes.length - at) / bytesPerSecond) * 1000);
  }
}
