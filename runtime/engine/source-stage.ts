import type { Field } from '../batch/data-type.js';
import type { ObjectInfo, Source } from '../connector-api.js';
import type { ReadableObject, RejectSink } from '../formats/format.js';
import type { FormatPlan, SourcePlan } from '../mapping/plan.js';
import { engineError } from './errors.js';
import type { RejectLog } from './reject-log.js';
import { type Stage, type StageCounts, stageCounts } from './stages.js';

/** An opened source with the objects that it will read. */
export interface ListedSource {
  readonly name: string;
  readonly source: Source;
  readonly objects: readonly ObjectInfo[];
}

/** Lists what a source reads, once. Throws `SOURCE_NO_OBJECTS`. */
export async function listSource(name: string, describes: string, source: Source): Promise<ListedSource> {
  const objects: ObjectInfo[] = [];
  for await (const object of source.list()) objects.push(object);
  if (objects.length === 0)
    throw engineError('SOURCE_NO_OBJECTS', `no object matches ${describes}`, { transformation: name });
  return { name, source, objects };
}

/** The fields of a source whose mapping declares none: those of its first object that holds any. */
export async function discoverFields({ source, objects }: ListedSource, plan: FormatPlan): Promise<readonly Field[]> {
  for (const object of objects) {
    const fields = await plan.format.discoverFields(
      readable(object, source, () => {}),
      plan.options,
    );
    if (fields.length > 0) return fields;
  }
  return [];
}

function readable(object: ObjectInfo, source: Source, onBytes: (bytes: number) => void): ReadableObject {
  return {
    uri: object.uri,
    size: object.size,
    async *read(start) {
      if (start >= object.size) return;
      for await (const chunk of source.open(object, { start, end: object.size })) {
        onBytes(chunk.length);
        yield chunk;
      }
    },
  };
}

/** Reads all objects of a source, in order, and sends their rows on. */
export function sourceStage(plan: SourcePlan, listed: ListedSource, maxRowBytes: number, rejects: RejectLog) {
  const counts: StageCounts = stageCounts();
  const reject: RejectSink = (row) => rejects.add(row);
  return {
    name: plan.name,
    type: 'source',
    input: undefined,
    counts,
    async run(next: readonly Stage[]): Promise<void> {
      const { format, options, name, declared } = plan;
      const reader = format.reader({ transformation: name, options, fields: declared, maxRowBytes, reject });
      for (const object of listed.objects) {
        const rows = { rows: 0, rejected: 0 };
        let read = 0;
        const bytes = readable(object, listed.source, (length) => {
          read += length;
          counts.bytes += length;
        });
        const before = { rowsIn: counts.rowsIn, rowsRejected: counts.rowsRejected };
        for await (const batch of reader.read(bytes, rows)) {
          counts.rowsOut += batch.count;
          counts.rowsIn = before.rowsIn + rows.rows;
          if (batch.count > 0) for (const stage of next) await stage.consume(batch);
          await rejects.endBatch();
        }
        await rejects.endBatch();
        counts.rowsIn = before.rowsIn + rows.rows;
        counts.rowsRejected = before.rowsRejected + rows.rejected;
        if (read !== object.size) {
          const message = `${object.uri} was listed with ${object.size} bytes and ${read} were read`;
          throw engineError('SOURCE_INCOMPLETE', message, { transformation: name, object: object.uri });
        }
      }
    },
  };
}
