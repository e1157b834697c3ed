import { MultiBar, type SingleBar } from 'cli-progress';
import type { RunState, SourceState } from '../engine/run-state.js';
import { formatBytes, formatCount } from './text.js';

const TERMINAL_INTERVAL_MS = 200;
const PLAIN_INTERVAL_MS = 5_000;

export interface ProgressDisplay {
  stop(): void;
}

/** Shows on stderr how far a run is: bars on a terminal, else a plain line at every step and every five seconds. */
export function showProgress(state: RunState, stream: NodeJS.WriteStream): ProgressDisplay {
  return stream.isTTY ? bars(state, stream) : lines(state, stream);
}

function rate(source: SourceState, seconds: number): string {
  return seconds > 0 ? `${formatBytes(Math.round(source.counts.bytes / seconds))}/s` : '';
}

function expiry(source: SourceState): string {
  const last = source.session()?.grantedExpirations.at(-1);
  if (last === undefined) return '';
  const seconds = Math.round((Date.parse(last) - Date.now()) / 1000);
  return seconds > 0 ? `session ${seconds} s left` : 'session being renewed';
}

function bars(state: RunState, stream: NodeJS.WriteStream): ProgressDisplay {
  const multi = new MultiBar({
    stream,
    format: '  {name} {bar} {percentage}%  {rows} rows  {rate}  {session}',
    hideCursor: true,
    clearOnComplete: true,
    forceRedraw: true,
    fps: 1000 / TERMINAL_INTERVAL_MS,
  });
  const begun = performance.now();
  const shown = new Map<string, SingleBar>();
  const update = (): void => {
    const seconds = (performance.now() - begun) / 1000;
    for (const source of state.sources) {
      const bar = shown.get(source.name) ?? multi.create(Math.max(1, source.bytesListed), 0);
      shown.set(source.name, bar);
      const { bytes, rowsIn } = source.counts;
      const name = source.name.padEnd(12);
      bar.update(bytes, { name, rows: formatCount(rowsIn), rate: rate(source, seconds), session: expiry(source) });
    }
  };
  const timer = setInterval(update, TERMINAL_INTERVAL_MS);
  return {
    stop() {
      clearInterval(timer);
      multi.stop();
    },
  };
}

function lines(state: RunState, stream: NodeJS.WriteStream): ProgressDisplay {
  const begun = performance.now();
  let phase = state.phase;
  let due = PLAIN_INTERVAL_MS;
  const timer = setInterval(() => {
    const elapsed = performance.now() - begun;
    if (state.phase === phase && elapsed < due) return;
    phase = state.phase;
    due = elapsed + PLAIN_INTERVAL_MS;
    for (const source of state.sources) {
      const { bytes, rowsIn } = source.counts;
      const percent = source.bytesListed === 0 ? 100 : Math.floor((100 * bytes) / source.bytesListed);
      const facts = [`${percent}%`, `${formatCount(rowsIn)} rows`, rate(source, elapsed / 1000), expiry(source)];
      stream.write(`${state.phase}: ${source.name} ${facts.filter((fact) => fact !== '').join(', ')}\n`);
    }
  }, TERMINAL_INTERVAL_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
