import type { RunState, SourceState } from '../../engine/run-state.js';
import { formatBytes, formatCount, formatSeconds } from '../text.js';
import { type Pace, type PaceMeter, paceMeter } from './pace.js';

/** What is to be told of one source or target at this moment. */
export interface SideFacts {
  readonly name: string;
  /** Of the bytes that were listed; undefined for a target, whose size nobody knows beforehand. */
  readonly share: { readonly bytes: number; readonly of: number } | undefined;
  /** Rows, pace, time left, session: in words, the unknown left out. */
  readonly words: readonly string[];
}

/** Watches a run: call `facts` again and again. */
export interface RunWatch {
  facts(): SideFacts[];
}

/** @param monotonic milliseconds that only grow */
export function watchRun(state: RunState, monotonic: () => number): RunWatch {
  const begun = monotonic();
  const meters = new Map<string, PaceMeter>();
  const paceOf = (name: string, counts: Parameters<PaceMeter['measure']>[0], at: number): Pace => {
    const meter = meters.get(name) ?? paceMeter(begun);
    meters.set(name, meter);
    return meter.measure(counts, at);
  };
  return {
    facts() {
      const at = monotonic();
      const sources = state.sources.map((source): SideFacts => {
        const pace = paceOf(source.name, source.counts, at);
        const words = [...moved(source.counts.rowsIn, pace), timeLeft(source, pace), session(source.sessionEndsIn())];
        const share = { bytes: source.counts.bytes, of: source.bytesListed };
        return { name: source.name, share, words: words.filter((word) => word !== '') };
      });
      const targets = state.targets.map((target): SideFacts => {
        const pace = paceOf(target.name, target.counts, at);
        const words = [...moved(target.counts.rowsIn, pace), session(target.sessionEndsIn())];
        return { name: target.name, share: undefined, words: words.filter((word) => word !== '') };
      });
      return [...sources, ...targets];
    },
  };
}

/** Whole percent, never 100 before the last byte. */
export function percentOf({ bytes, of }: { readonly bytes: number; readonly of: number }): number {
  return bytes >= of ? 100 : Math.min(99, Math.floor((100 * bytes) / of));
}

function moved(rows: number, pace: Pace): string[] {
  const perSecond = pace.bytes > 0 ? `${formatBytes(Math.round(pace.bytes))}/s` : '';
  const rowsPerSecond = pace.rows > 0 ? `${formatCount(Math.round(pace.rows))} rows/s` : '';
  return [`${formatCount(rows)} rows`, perSecond, rowsPerSecond];
}

function timeLeft({ counts, bytesListed }: SourceState, { bytes }: Pace): string {
  const left = bytesListed - counts.bytes;
  return left > 0 && bytes > 0 ? `${formatSeconds(left / bytes)} left` : '';
}

function session(endsIn: number | undefined): string {
  if (endsIn === undefined) return '';
  return endsIn > 0 ? `session ends in ${formatSeconds(endsIn / 1000)}` : 'session being renewed';
}
