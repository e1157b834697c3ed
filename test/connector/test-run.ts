import {
  type BufferPool,
  type Clock,
  type Configured,
  type PropertyValues,
  type SideDescription,
  systemClock,
  type TargetContext,
  type Warning,
} from '../../runtime/connector-api.js';

/** A run context whose warnings and buffers a test can look at. */
export interface TestRun extends TargetContext {
  readonly warnings: Warning[];
  readonly buffers: CountingPool;
  readonly controller: AbortController;
}

export interface CountingPool extends BufferPool {
  /** Bytes that are lent out now. */
  lent(): number;
  /** The most bytes that were lent out at a time. */
  peak(): number;
}

export function testRun(options: { run?: string; clock?: Clock } = {}): TestRun {
  const controller = new AbortController();
  const warnings: Warning[] = [];
  return {
    run: options.run ?? 'test-run',
    clock: options.clock ?? systemClock,
    buffers: countingPool(),
    signal: controller.signal,
    controller,
    warnings,
    warn: (warning) => warnings.push(warning),
  };
}

function countingPool(): CountingPool {
  const out = new Set<Uint8Array>();
  let lent = 0;
  let peak = 0;
  return {
    async acquire(bytes, signal) {
      signal.throwIfAborted();
      const buffer = Buffer.allocUnsafe(bytes);
      out.add(buffer);
      lent += bytes;
      peak = Math.max(peak, lent);
      return buffer;
    },
    release(buffer) {
      if (!out.delete(buffer)) throw new Error('released a buffer that was not lent');
      lent -= buffer.length;
    },
    lent: () => lent,
    peak: () => peak,
  };
}

export function sideOf(
  object: string,
  connection: PropertyValues,
  advanced: PropertyValues = {},
  connectionFolder = '/',
): SideDescription {
  return {
    mapping: 'contract',
    transformation: 'side',
    connectionName: 'place',
    connectionFolder,
    credentials: 'needed',
    connection,
    advanced,
    object,
  };
}

/** The side, or a failure that shows what was wrong with it. */
export function configured<Side>(result: Configured<Side>): Side {
  if (result.ok) return result.side;
  throw new Error(result.problems.map(({ code, message }) => `${code}: ${message}`).join('; '));
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

/** All bytes of a read; chunks are copied, because they are only valid until the next one is asked for. */
export async function readAll(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const copies: Buffer[] = [];
  for await (const chunk of chunks) copies.push(Buffer.from(chunk));
  return Buffer.concat(copies);
}
