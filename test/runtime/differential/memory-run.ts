import type { ObjectInfo, SourceSide, TargetSide } from '../../../runtime/connector-api.js';
import { systemClock } from '../../../runtime/connector-api.js';
import { runMapping } from '../../../runtime/engine/run.js';
import { runState } from '../../../runtime/engine/run-state.js';
import { csvReader } from '../../../runtime/formats/csv/reader.js';
import { loadMapping } from '../../../runtime/mapping/load.js';
import type { FormatPlan, LoadedMapping } from '../../../runtime/mapping/plan.js';
import type { Workspace } from '../mapping/workspace.js';
import type { CaseObject, GeneratedCase } from './generated-case.js';

/** How a source's bytes reach the scanner; nothing of it may show in what a run writes. */
export interface Pace {
  /** Bytes that the source yields at a time. */
  readonly chunkBytes: number;
  /** Bytes that the reader scans at a time; undefined for those of the product. */
  readonly windowBytes: number | undefined;
}

export interface EngineOutcome {
  readonly error: string | null;
  /** Undefined where nothing became visible. */
  readonly output: Buffer | undefined;
  readonly rejects: Buffer | undefined;
}

/** The case's mapping, read from a file as any other; its connection is there already. */
export function loadCase(space: Workspace, { mapping }: GeneratedCase): LoadedMapping {
  return loadMapping(space.write('mapping.json', mapping), {
    parameters: [],
    parameterFile: undefined,
    connectionsDirectory: undefined,
    environment: {},
  });
}

/** Runs a loaded case through the engine, its files exchanged for memory once its names are bound. */
export async function engineRun(given: GeneratedCase, loaded: LoadedMapping, pace: Pace): Promise<EngineOutcome> {
  const visible = new Map<string, Buffer>();
  const side = memorySource(given.objects, pace.chunkBytes);
  const paced = <T extends FormatPlan>(source: T): T => ({
    ...source,
    side,
    format: {
      ...source.format,
      reader: (settings: Parameters<T['format']['reader']>[0]) =>
        csvReader({ ...settings, options: given.source.options }, pace.windowBytes),
    },
  });
  const inMemory: LoadedMapping = {
    ...loaded,
    undiscovered: loaded.undiscovered.map(paced),
    bind(discovered) {
      const plan = loaded.bind(discovered);
      return {
        ...plan,
        sources: plan.sources.map(paced),
        targets: plan.targets.map((target) => ({ ...target, side: memoryTarget('out', visible) })),
        rejects: memoryTarget('rejects', visible),
      };
    },
  };
  const report = await runMapping(inMemory, {
    memory: 64 << 20,
    maxRejects: undefined,
    signal: new AbortController().signal,
    clock: systemClock,
    state: runState(),
  });
  return { error: report.error?.code ?? null, output: visible.get('out'), rejects: visible.get('rejects') };
}

/** The lines of a rejects object, without the wording of their reasons. */
export function withoutReasons(lines: Buffer | undefined): string {
  return (lines ?? '').toString().replace(/[^\n]+/g, (line) => {
    const { reason: _reason, ...rest } = JSON.parse(line);
    return JSON.stringify(rest);
  });
}

function memorySource(objects: readonly CaseObject[], chunkBytes: number): SourceSide {
  return {
    describes: 'memory',
    uri: undefined,
    neededPolicies: async () => [],
    open: async () => ({
      async *list() {
        for (const { uri, bytes } of objects) yield { uri, size: bytes.length, etag: uri, modified: new Date(0) };
      },
      open: (object, { start, end }) => chunksOf(objects, object, start, end, chunkBytes),
      session: () => undefined,
      sessionEndsIn: () => undefined,
      close: async () => {},
    }),
    probe: async function* () {},
  };
}

/** Chunks that hold only until the next is asked for, as the interface allows. */
async function* chunksOf(
  objects: readonly CaseObject[],
  { uri }: ObjectInfo,
  start: number,
  end: number,
  chunkBytes: number,
): AsyncGenerator<Uint8Array> {
  const bytes = objects.find((object) => object.uri === uri)?.bytes ?? Buffer.alloc(0);
  const chunk = Buffer.alloc(Math.min(chunkBytes, bytes.length));
  for (let at = start; at < end; at += chunkBytes) {
    yield chunk.subarray(0, bytes.copy(chunk, 0, at, Math.min(at + chunkBytes, end)));
    chunk.fill('"');
  }
}

function memoryTarget(name: string, visible: Map<string, Buffer>): TargetSide {
  const uri = `memory:///${name}`;
  const pieces: Buffer[] = [];
  return {
    uri,
    neededPolicies: async () => [],
    open: async () => ({
      beginWrite: async () => ({
        uri,
        async write(bytes) {
          pieces.push(Buffer.from(bytes));
          await Promise.resolve();
          bytes.fill(0x22);
        },
        finish: async () => ({ uri, bytes: pieces.reduce((sum, { length }) => sum + length, 0) }),
        abort: async () => {},
      }),
      async commit({ bytes }) {
        visible.set(name, Buffer.concat(pieces));
        return { uri, bytes, etag: uri };
      },
      session: () => undefined,
      sessionEndsIn: () => undefined,
      close: async () => {},
    }),
    probe: async function* () {},
  };
}
