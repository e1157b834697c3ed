import type { Field } from '../batch/data-type.js';
import type { ObjectWrite, SourceSide, Target, TargetSide } from '../connector-api.js';
import { CrossroleError, CrossroleErrors } from '../errors.js';
import type { MaxRejects } from '../mapping/mapping-file.js';
import { type LoadedMapping, type MappingPlan, REJECTS_NAME } from '../mapping/plan.js';
import { engineError } from './errors.js';
import { naming, type OpenedSides } from './open-sides.js';
import { type RejectLog, rejectLog } from './reject-log.js';
import type { RunState } from './run-state.js';
import { discoverFields, type ListedSource, listSource, sourceStage } from './source-stage.js';
import {
  assertBalanced,
  type Stage,
  type StageAccount,
  stagesBehind,
  type TargetStage,
  targetStage,
} from './stages.js';
import type { WrittenObjects } from './written-objects.js';

/** What a run has opened, begun and counted so far; read for the report however the run ends. */
export interface Execution {
  readonly sides: OpenedSides;
  readonly objects: WrittenObjects;
  /** Sources first, then in the order of the flow. */
  readonly stages: StageAccount[];
  rejects: RejectLog | undefined;
  /** The rejects object, once it is visible. */
  rejectsUri: string | null;
  readonly maxRejects: MaxRejects | undefined;
  /** Of all targets' buffers together, in bytes; each target has an equal share. */
  readonly memory: number;
  readonly signal: AbortSignal;
  readonly state: RunState;
}

/**
 * Runs a mapping: sessions and lists, rows, balance, commit, in this order (`docs/commit.md`). Throws what stopped it; what it
 * had begun is then still to be aborted.
 */
export async function execute(loaded: LoadedMapping, execution: Execution): Promise<void> {
  const { state } = execution;
  const { plan, listed, targets, rejectsTarget } = await open(loaded, execution);

  state.phase = 'moving';
  let rejectsWrite: ObjectWrite | undefined;
  const writeRejects =
    rejectsTarget &&
    (async (bytes: Uint8Array) => {
      const write = rejectsWrite ?? (await execution.objects.begin(REJECTS_NAME, rejectsTarget, () => rejects.count));
      rejectsWrite = write;
      await naming(REJECTS_NAME, () => write.write(bytes));
    });
  const rejects = rejectLog(execution.maxRejects ?? plan.maxRejects, writeRejects);
  execution.rejects = rejects;
  const storeRejects = async (): Promise<void> => {
    if (!rejectsWrite) return;
    await execution.objects.finish(rejectsWrite);
    await execution.objects.commit([rejectsWrite]);
    execution.rejectsUri = rejectsWrite.uri;
  };

  let ends: readonly TargetStage[];
  try {
    ends = await moveRows(plan, listed, targets, rejects, execution);
  } catch (error) {
    // The rejects are what the user needs to see why.
    if (error instanceof CrossroleError && error.code === 'TOO_MANY_REJECTS') await storeRejects();
    throw error;
  }

  state.phase = 'storing';
  for (const end of ends) {
    await end.finish();
    await execution.objects.finish(end.write);
  }
  assertBalanced(execution.stages);

  state.phase = 'committing';
  execution.signal.throwIfAborted();
  await storeRejects();
  await execution.objects.commit(ends.map(({ write }) => write));
}

interface Opened {
  readonly plan: MappingPlan;
  readonly listed: ReadonlyMap<string, ListedSource>;
  readonly targets: ReadonlyMap<string, Target>;
  readonly rejectsTarget: Target | undefined;
}

/** Opens every side and lists every source, all that can fail before a row is read; all failures are reported together. */
async function open(loaded: LoadedMapping, execution: Execution): Promise<Opened> {
  const { sides, state } = execution;
  const listed = new Map<string, ListedSource>();
  const targets = new Map<string, Target>();
  const openSource = async (name: string, side: SourceSide): Promise<ListedSource> => {
    const source = await sides.source(name, side);
    const list = await naming(name, () => listSource(name, side.describes, source));
    listed.set(name, list);
    return list;
  };
  const openTarget = async (name: string, side: TargetSide, share: number): Promise<void> => {
    targets.set(name, await sides.target(name, side, share));
  };

  const discovered = new Map<string, readonly Field[]>();
  await together(
    loaded.undiscovered.map(async (source) => {
      const list = await openSource(source.name, source.side);
      discovered.set(source.name, await naming(source.name, () => discoverFields(list, source)));
    }),
  );
  const plan = loaded.bind(discovered);

  const share = Math.floor(execution.memory / (plan.targets.length + (plan.rejects ? 1 : 0)));
  state.phase = 'listing';
  await together([
    ...plan.sources.filter(({ name }) => !listed.has(name)).map(({ name, side }) => openSource(name, side)),
    ...plan.targets.map(({ name, side }) => openTarget(name, side, share)),
    ...(plan.rejects ? [openTarget(REJECTS_NAME, plan.rejects, share)] : []),
  ]);
  refuseListedTargets(plan, listed);
  return { plan, listed, targets, rejectsTarget: targets.get(REJECTS_NAME) };
}

async function together(work: readonly Promise<unknown>[]): Promise<void> {
  const failures: unknown[] = [];
  for (const result of await Promise.allSettled(work)) if (result.status === 'rejected') failures.push(result.reason);
  const errors = failures.filter((failure) => failure instanceof CrossroleError);
  if (failures.length > errors.length) throw failures.find((failure) => !(failure instanceof CrossroleError));
  if (errors.length > 0) throw new CrossroleErrors(errors);
}

function refuseListedTargets(plan: MappingPlan, listed: ReadonlyMap<string, ListedSource>): void {
  const written = new Map(plan.targets.map(({ name, side }) => [side.uri, name]));
  if (plan.rejects) written.set(plan.rejects.uri, REJECTS_NAME);
  for (const { name, objects } of listed.values()) {
    for (const { uri } of objects) {
      const target = written.get(uri);
      if (target === undefined) continue;
      const message = `"${target}" writes ${uri}, which is among the objects that "${name}" reads`;
      throw engineError('SAME_OBJECT_LISTED', message, { transformation: target, object: uri });
    }
  }
}

/** Sends every row of every source through the mapping; returns the targets that took them, in the order of the mapping. */
async function moveRows(
  plan: MappingPlan,
  listed: ReadonlyMap<string, ListedSource>,
  targets: ReadonlyMap<string, Target>,
  rejects: RejectLog,
  { stages, objects, state, signal }: Execution,
): Promise<TargetStage[]> {
  const ends = new Map<string, TargetStage>();
  for (const target of plan.targets) {
    const side = targets.get(target.name);
    if (!side) throw new Error(`target ${target.name} was not opened`);
    const write = await objects.begin(target.name, side, () => ends.get(target.name)?.counts.rowsOut ?? 0);
    ends.set(target.name, targetStage(target, write));
  }
  const behind: Stage[] = [];
  const sources = plan.sources.map((source) => {
    const list = listed.get(source.name);
    if (!list) throw new Error(`source ${source.name} was not listed`);
    const next = stagesBehind(source.name, plan, ends, (row) => rejects.add(row), behind);
    return { stage: sourceStage(source, list, plan.maxRowBytes, rejects), list, next };
  });
  stages.push(...sources.map(({ stage }) => stage), ...behind, ...ends.values());
  for (const { stage, list } of sources) {
    const bytesListed = list.objects.reduce((sum, object) => sum + object.size, 0);
    const { name, counts } = stage;
    state.sources.push({
      name,
      counts,
      objects: list.objects.length,
      bytesListed,
      sessionEndsIn: () => list.source.sessionEndsIn(),
    });
  }
  for (const [name, { counts, write }] of ends) {
    state.targets.push({ name, counts, uri: write.uri, sessionEndsIn: () => targets.get(name)?.sessionEndsIn() });
  }

  for (const end of ends.values()) await end.begin();
  for (const { stage, next } of sources) {
    await naming(stage.name, () => stage.run(next));
    signal.throwIfAborted();
  }
  return [...ends.values()];
}
