import type { Batch, RejectedRow } from '../batch/batch.js';
import type { ObjectWrite } from '../connector-api.js';
import type { FormatWriter } from '../formats/format.js';
import type { MappingPlan, RowNodePlan, TargetPlan } from '../mapping/plan.js';
import { engineError } from './errors.js';
import { naming } from './open-sides.js';

/** What one transformation counted; the laws of `assertBalanced` hold between them once all rows are through. */
export interface StageCounts {
  rowsIn: number;
  rowsOut: number;
  rowsDropped: number;
  rowsRejected: number;
  bytes: number;
}

/** A transformation's place in the flow, and what it counted. */
export interface StageAccount {
  readonly name: string;
  readonly type: string;
  /** Undefined for a source. */
  readonly input: string | undefined;
  readonly counts: StageCounts;
}

/** One transformation at work on one thread. */
export interface Stage extends StageAccount {
  /** Takes a batch through this stage and all that hang on it; the batch may be reused when the promise is fulfilled. */
  consume(batch: Batch): Promise<void>;
}

export function stageCounts(): StageCounts {
  return { rowsIn: 0, rowsOut: 0, rowsDropped: 0, rowsRejected: 0, bytes: 0 };
}

/** A target's stage, and the end of its object. */
export interface TargetStage extends Stage {
  readonly write: ObjectWrite;
  begin(): Promise<void>;
  finish(): Promise<void>;
}

export function rowStage(node: RowNodePlan, next: readonly Stage[], reject: (row: RejectedRow) => void): Stage {
  const operator = node.operator();
  const counts = stageCounts();
  return {
    name: node.name,
    type: node.type,
    input: node.input,
    counts,
    async consume(batch) {
      counts.rowsIn += batch.count;
      const { batch: out, dropped, rejected } = operator.process(batch, reject);
      counts.rowsOut += out.count;
      counts.rowsDropped += dropped;
      counts.rowsRejected += rejected;
      if (out.count > 0) for (const stage of next) await stage.consume(out);
    },
  };
}

export function targetStage(target: TargetPlan, write: ObjectWrite): TargetStage {
  const counts = stageCounts();
  const writer: FormatWriter = target.format.writer(target.fields, target.options, async (bytes) => {
    counts.bytes += bytes.length;
    await naming(target.name, () => write.write(bytes));
  });
  return {
    name: target.name,
    type: 'target',
    input: target.input,
    counts,
    write,
    begin: () => writer.begin(),
    async consume(batch) {
      counts.rowsIn += batch.count;
      const vectors = target.columns.map((column) => batch.vectors[column]);
      await writer.write({ ...batch, fields: target.fields, vectors });
      counts.rowsOut = writer.rows;
    },
    async finish() {
      await writer.finish();
      counts.rowsOut = writer.rows;
    },
  };
}

/** The stages that hang on `input`, each with those that hang on it in turn; all row stages are added to `all` in the order of the flow. */
export function stagesBehind(
  input: string,
  plan: MappingPlan,
  targets: ReadonlyMap<string, TargetStage>,
  reject: (row: RejectedRow) => void,
  all: Stage[],
): Stage[] {
  const rows = plan.rows
    .filter((node) => node.input === input)
    .map((node) => {
      const behind: Stage[] = [];
      const stage = rowStage(node, stagesBehind(node.name, plan, targets, reject, behind), reject);
      all.push(stage, ...behind);
      return stage;
    });
  const ends = [...targets.values()].filter((stage) => stage.input === input);
  return [...rows, ...ends];
}

/**
 * Nothing is committed before the rows balance: on every edge rows sent = rows received, and each transformation keeps its
 * law (in = out + dropped + rejected).
 */
export function assertBalanced(stages: readonly StageAccount[]): void {
  const byName = new Map(stages.map((stage) => [stage.name, stage]));
  for (const { name, input, counts } of stages) {
    const { rowsIn, rowsOut, rowsDropped, rowsRejected } = counts;
    if (rowsIn !== rowsOut + rowsDropped + rowsRejected) {
      const sum = `${rowsOut} out + ${rowsDropped} dropped + ${rowsRejected} rejected`;
      throw engineError('ROWS_NOT_BALANCED', `${name}: ${rowsIn} rows in are not ${sum}`, { transformation: name });
    }
    const sent = input === undefined ? rowsIn : byName.get(input)?.counts.rowsOut;
    if (sent !== rowsIn) {
      throw engineError('ROWS_NOT_BALANCED', `${input} sent ${sent} rows and ${name} received ${rowsIn}`, {
        transformation: name,
      });
    }
  }
}
