import { MultiBar, type SingleBar } from 'cli-progress';
import type { RunState } from '../../engine/run-state.js';
import { percentOf, type SideFacts, watchRun } from './facts.js';

const TERMINAL_INTERVAL_MS = 200;
const PLAIN_INTERVAL_MS = 5_000;

export interface ProgressDisplay {
  stop(): void;
}

/** Shows on stderr how far a run is: bars on a terminal, else plain lines at every step and every five seconds. */
export function showProgress(state: RunState, stream: NodeJS.WriteStream): ProgressDisplay {
  return stream.isTTY ? bars(state, stream) : lines(state, stream);
}

const barFormats = {
  source: '  {name} {bar} {percent}%  {words}',
  target: '  {name} {words}',
};

function bars(state: RunState, stream: NodeJS.WriteStream): ProgressDisplay {
  const multi = new MultiBar({
    stream,
    hideCursor: true,
    clearOnComplete: true,
    forceRedraw: true,
    fps: 1000 / TERMINAL_INTERVAL_MS,
  });
  const watch = watchRun(state, () => performance.now());
  const shown = new Map<string, SingleBar>();
  const barOf = ({ name, share }: SideFacts): SingleBar => {
    const format = share ? barFormats.source : barFormats.target;
    const bar = shown.get(name) ?? multi.create(Math.max(1, share?.of ?? 1), 0, {}, { format });
    shown.set(name, bar);
    return bar;
  };
  const timer = setInterval(() => {
    for (const side of watch.facts()) {
      const { name, share, words } = side;
      const percent = share && percentOf(share);
      barOf(side).update(share?.bytes ?? 0, { name: name.padEnd(12), percent, words: words.join('  ') });
    }
  }, TERMINAL_INTERVAL_MS);
  return {
    stop() {
      clearInterval(timer);
      multi.stop();
    },
  };
}

function lines(state: RunState, stream: NodeJS.WriteStream): ProgressDisplay {
  const watch = watchRun(state, () => performance.now());
  const begun = performance.now();
  let phase = state.phase;
  let due = PLAIN_INTERVAL_MS;
  const timer = setInterval(() => {
    const facts = watch.facts();
    const elapsed = performance.now() - begun;
    if (state.phase === phase && elapsed < due) return;
    phase = state.phase;
    due = elapsed + PLAIN_INTERVAL_MS;
    for (const side of facts) stream.write(`${phase}: ${plainLine(side)}\n`);
  }, TERMINAL_INTERVAL_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}

/** `orders 42%, 1,234 rows, 10.0 MiB/s, …` */
export function plainLine({ name, share, words }: SideFacts): string {
  return `${name} ${[...(share ? [`${percentOf(share)}%`] : []), ...words].join(', ')}`;
}
