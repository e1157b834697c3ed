import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parse } from 'csv-parse/sync';
import type { CsvOptions } from '../../../runtime/formats/csv/options.js';
import { type Workspace, workspace, writeSample } from '../mapping/workspace.js';
import { type GeneratedCase, generateCase } from './generated-case.js';
import { type EngineOutcome, engineRun, loadCase, type Pace, withoutReasons } from './memory-run.js';
import { type Random, randomOf } from './random.js';
import { referenceRun } from './reference-run.js';

/** Another seed tries other files, a case is one of them alone; `npm run soak` tries each with every size and window. */
const seed = Number(process.env.CROSSROLE_TEST_SEED ?? 1);
const onlyCase = process.env.CROSSROLE_TEST_CASE;
const everySize = process.env.CROSSROLE_SOAK !== undefined;

const KIB = 1024;
const chunkSizes = [KIB, 4 * KIB, 16 * KIB, 64 * KIB, 256 * KIB, KIB * KIB, 4 * KIB * KIB];
const FILES = 500;
const PARTS = 5;

/** Chunks of one size with the product's window, and with one that makes rows cross its border. */
function pacesOf(random: Random, { maxRowBytes }: GeneratedCase): Pace[] {
  // A window has room for every row that is not too long, or what is said of a row that is would depend on it.
  const smallest = maxRowBytes < KIB * KIB ? maxRowBytes + 2 : 16;
  const windows = [undefined, smallest + random.below(500), smallest + random.below(8000)];
  const sizes = everySize ? chunkSizes : [random.pick(chunkSizes.slice(0, 3)), random.pick(chunkSizes)];
  return sizes.flatMap((chunkBytes, n) =>
    everySize
      ? windows.map((windowBytes) => ({ chunkBytes, windowBytes }))
      : [{ chunkBytes, windowBytes: n === 0 ? windows[1 + random.below(2)] : undefined }],
  );
}

async function compare(space: Workspace, caseSeed: number, sizes: Set<number>, seen: Seen): Promise<void> {
  const given = generateCase(caseSeed);
  const loaded = loadCase(space, given);
  const expected = referenceRun(given);
  const rejects = expected.rejects.map((reject) => `${JSON.stringify(reject)}\n`).join('');
  let first: EngineOutcome | undefined;
  for (const pace of pacesOf(randomOf(caseSeed + 1), given)) {
    sizes.add(pace.chunkBytes);
    const outcome = await engineRun(given, loaded, pace);
    const where = `chunks of ${pace.chunkBytes}, window of ${pace.windowBytes ?? 'the product'}`;
    assert.equal(outcome.error, expected.error, where);
    assertSame(withoutReasons(outcome.rejects), rejects, `rejects, ${where}`);
    assertSame(outcome.output?.toString('latin1'), expected.output, `output, ${where}`);
    first ??= outcome;
    assertSame(outcome.rejects?.toString(), first.rejects?.toString(), `rejects with reasons, ${where}`);
  }
  if (given.isPlain && first?.output) {
    assert.deepEqual(parsedOutput(given, first.output), parsedInput(given));
    seen.plain++;
  }
  seen.rejects += expected.rejects.length;
  if (expected.error !== null) seen.failed++;
}

/** Equal texts; where not, the first difference and what is around it. */
function assertSame(actual: string | undefined, expected: string | undefined, what: string): void {
  if (actual === expected) return;
  let at = 0;
  while (actual && expected && actual[at] === expected[at]) at++;
  const around = (text: string | undefined) => text?.slice(Math.max(0, at - 80), at + 80);
  assert.equal(around(actual), around(expected), `${what}: first difference at ${at}`);
}

/** How much of each kind the generated files hold, so that a test which compares nothing is noticed. */
interface Seen {
  plain: number;
  rejects: number;
  failed: number;
}

/** csv-parse's view of the rows written; null is NULL. */
function parsedOutput({ target }: GeneratedCase, output: Buffer) {
  const rows = parsed(output, target.options);
  return target.options.header ? rows.slice(1) : rows;
}

/** What csv-parse finds in the objects that is to be written: rows of the right length, their wanted columns. */
function parsedInput({ source, target, objects }: GeneratedCase) {
  let names = source.declared?.map(({ name }) => name);
  const wanted: unknown[][] = [];
  for (const { bytes } of objects) {
    const [first, ...others] = parsed(bytes, source.options);
    if (first === undefined) continue;
    const header = source.options.header ? first.map(String) : (names ?? first.map((_, n) => `column${n + 1}`));
    names ??= header;
    const fields = names.map((name) => header.indexOf(name));
    const rows = (source.options.header ? others : [first, ...others]).filter((row) => row.length === header.length);
    wanted.push(...rows.map((row) => target.columns.map((column) => row[fields[column]])));
  }
  return wanted;
}

function parsed(bytes: Buffer, options: CsvOptions): (string | null)[][] {
  const { delimiter, quote, nullText } = options;
  return parse(bytes, {
    bom: true,
    delimiter,
    quote,
    escape: options.escape,
    record_delimiter: ['\n', '\r\n'],
    relax_column_count: true,
    cast: (value, { quoting }) => (!quoting && value === nullText ? null : value),
  });
}

const cases = onlyCase === undefined ? Array.from({ length: FILES }, (_, n) => n) : [Number(onlyCase)];
for (let part = 0; part < PARTS; part++) {
  test(`generated files give what the reference gives, however their bytes come, ${part + 1} of ${PARTS}`, async (t) => {
    const space = workspace(t);
    writeSample(space, {});
    const sizes = new Set<number>();
    const seen: Seen = { plain: 0, rejects: 0, failed: 0 };
    for (const n of cases.filter((each) => each % PARTS === part)) {
      try {
        await compare(space, seed * 1_000_000 + n, sizes, seen);
      } catch (error) {
        t.diagnostic(`again: CROSSROLE_TEST_SEED=${seed} CROSSROLE_TEST_CASE=${n} npm test differential`);
        throw error;
      }
    }
    if (onlyCase !== undefined) return;
    assert.deepEqual(
      [...sizes].sort((a, b) => a - b),
      chunkSizes,
    );
    assert.ok(seen.plain >= 5 && seen.rejects > 100 && seen.failed > 0, JSON.stringify(seen));
  });
}
