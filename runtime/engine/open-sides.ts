import type { RunContext, SessionReport, Source, Target } from '../connector-api.js';
import { CrossroleError } from '../errors.js';

/** The opened sources and targets of a run, by transformation; closed together, whatever happened. */
export interface OpenedSides {
  source(name: string, side: { open(run: RunContext): Promise<Source> }): Promise<Source>;
  target(name: string, side: { open(run: RunContext): Promise<Target> }): Promise<Target>;
  sessions(): ({ readonly transformation: string } & SessionReport)[];
  close(): Promise<void>;
}

interface OpenedSide {
  session(): SessionReport | undefined;
  close(): Promise<void>;
}

export function openedSides(context: RunContext): OpenedSides {
  const opened = new Map<string, OpenedSide>();
  async function open<Side extends OpenedSide>(
    name: string,
    side: { open(run: RunContext): Promise<Side> },
  ): Promise<Side> {
    const result = await naming(name, () => side.open(context));
    opened.set(name, result);
    return result;
  }
  return {
    source: open,
    target: open,
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
