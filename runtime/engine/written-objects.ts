import type { ObjectWrite, PreparedObject, Target } from '../connector-api.js';
import { CrossroleError } from '../errors.js';
import { naming } from './open-sides.js';
import type { ObjectReport } from './report.js';

/** One object of a run on its way from first byte to commit or abort. */
interface WrittenObject {
  readonly transformation: string;
  readonly target: Target;
  readonly write: ObjectWrite;
  rows(): number;
  bytes: number;
  prepared: PreparedObject | undefined;
  etag: string | null;
  state: 'open' | 'committed' | 'aborted' | 'unknown';
}

/** The objects that a run writes: nothing of them is visible before `commit`, nothing is left of them after `abort`. */
export interface WrittenObjects {
  /** `rows` tells the rows written so far, for the report. */
  begin(transformation: string, target: Target, rows: () => number): Promise<ObjectWrite>;
  /** All bytes of the object are stored. */
  finish(write: ObjectWrite): Promise<void>;
  /** Makes finished objects visible, one after the other in the order in which they were begun. */
  commit(writes: readonly ObjectWrite[]): Promise<void>;
  /**
   * Gives up all that is not committed; what could not be cleaned up is the connector's warning. An object whose commit is
   * unknown stays so: aborting removes its upload where the commit had no effect, and changes nothing where it had.
   */
  abort(): Promise<void>;
  report(): ObjectReport[];
}

export function writtenObjects(): WrittenObjects {
  const objects: WrittenObject[] = [];
  const of = (write: ObjectWrite): WrittenObject => {
    const found = objects.find((object) => object.write === write);
    if (!found) throw new Error(`${write.uri} was not begun by this run`);
    return found;
  };
  return {
    async begin(transformation, target, rows) {
      const write = await naming(transformation, () => target.beginWrite());
      objects.push({ transformation, target, write, rows, bytes: 0, prepared: undefined, etag: null, state: 'open' });
      return write;
    },
    async finish(write) {
      const object = of(write);
      object.prepared = await naming(object.transformation, () => write.finish());
      object.bytes = object.prepared.bytes;
    },
    async commit(writes) {
      for (const object of writes.map(of)) {
        const { prepared, target } = object;
        if (!prepared) throw new Error(`${object.write.uri} is committed before it is finished`);
        try {
          const committed = await naming(object.transformation, () => target.commit(prepared));
          object.state = 'committed';
          object.etag = committed.etag;
        } catch (error) {
          if (error instanceof CrossroleError && error.code === 'COMMIT_UNKNOWN') object.state = 'unknown';
          throw error;
        }
      }
    },
    async abort() {
      const uncommitted = objects.filter(({ state }) => state === 'open' || state === 'unknown');
      await Promise.all(
        uncommitted.map(async (object) => {
          await object.write.abort();
          if (object.state === 'open') object.state = 'aborted';
        }),
      );
    },
    report() {
      return objects.map(({ transformation, write, rows, bytes, etag, state }) => ({
        transformation,
        uri: write.uri,
        rows: rows(),
        bytes,
        etag,
        state: state === 'open' ? 'aborted' : state,
      }));
    },
  };
}
