import type { RunContext, SessionReport, Source, SourceSide, Target, TargetSide } from '../connector-api.js';
import { CrossroleError } from '../errors.js';
import { bufferPool } from './buffer-pool.js';

/** The opened sources and targets of a run, by transformation; closed together, whatever happened. */
export interface OpenedSides {
  source(name: string, side: SourceSide): Promise<Source>;
  /** @param memory bytes that the target's buffers may hold together */
  target(name: string, side: TargetSide, memory: number): Promise<Target>;
  sessions(): ({ readonly transformation: string } & SessionReport)[];
  close(): Promise<void>;
}

interface OpenedSide {
  session(): SessionReport | undefined;
  close(): Promise<void>;
}

export function openedSides(context: RunContext): OpenedSides {
  const opened = new Map<string, OpenedSide>();
  async function keep<Side extends OpenedSide>(name: string, open: () => Promise<Side>): Promise<Side> {
    const side = await naming(name, open);
    opened.set(name, side);
    return side;
  }
  return {
    source: (name, side) => keep(name, () => side.open(context)),
    target: (name, side, memory) => keep(name, () => side.open({ ...context, buffers: bufferPool(memory) })),
    sessions() {
      return [...opened].flatMap(([transformation, side]) => {
        const session = side.session();
        return session ? [{ transformation, ...session }] : [];
      });
    },
    async close() {
      await Promise.all([...opened.values()].map((side) => side.close()));
    },
  };
}

/** Adds the transformation to whatever error `work` ends with. */
export async function naming<T>(transformation: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof CrossroleError ? error.at({ transformation }) : error;
  }
}
