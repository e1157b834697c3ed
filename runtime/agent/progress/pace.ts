import type { StageCounts } from '../../engine/stages.js';

/** What a source or target moves in a second, now. */
export interface Pace {
  readonly bytes: number;
  readonly rows: number;
}

/** Long enough that parts of 8 MiB do not make the figures jump, short enough to follow a storage that slows down. */
const windowMilliseconds = 10_000;

interface Sample {
  readonly at: number;
  readonly bytes: number;
  readonly rows: number;
}

/** Measures the pace of the last ten seconds. */
export interface PaceMeter {
  /** @param at monotonic milliseconds */
  measure(counts: Pick<StageCounts, 'bytes' | 'rowsIn'>, at: number): Pace;
}

/** @param begun monotonic milliseconds at which nothing had been moved */
export function paceMeter(begun: number): PaceMeter {
  const samples: Sample[] = [{ at: begun, bytes: 0, rows: 0 }];
  return {
    measure({ bytes, rowsIn }, at) {
      samples.push({ at, bytes, rows: rowsIn });
      while (samples.length > 2 && samples[1].at <= at - windowMilliseconds) samples.shift();
      const [oldest] = samples;
      const seconds = (at - oldest.at) / 1000;
      if (seconds <= 0) return { bytes: 0, rows: 0 };
      return { bytes: (bytes - oldest.bytes) / seconds, rows: (rowsIn - oldest.rows) / seconds };
    },
  };
}
