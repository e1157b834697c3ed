import assert from 'node:assert/strict';
import { appendFileSync, readdirSync, readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { formatDiagnostics } from '../../../../runtime/agent/summary.js';
import type { RunReport } from '../../../../runtime/engine/report.js';
import { type Ended, reportOf } from '../agent-process.js';

/** What a wrong input must lead to. */
export interface Expected {
  /** What is wrong, in words. */
  readonly what: string;
  readonly exit: 1 | 2;
  readonly code: string;
  readonly transformation?: string;
  /** The file that is named, and what stands there at the line and column that are named. */
  readonly at?: { readonly file: string; readonly text: string };
}

/** What one run did: how it ended, and a check that it left nothing behind. */
export interface Outcome {
  readonly ended: Ended;
  assertNothingLeft(): void;
}

/** Runs that are under way at once. */
const CONCURRENCY = 3;

/** Runs every row and holds it to what it must print, whatever else it is about. */
export function testWrongInputs<Row extends Expected>(
  title: string,
  rows: readonly Row[],
  run: (t: TestContext, row: Row) => Promise<Outcome>,
): void {
  test(title, { concurrency: CONCURRENCY }, async (t) => {
    const printed = new Map<string, string>();
    await Promise.all(
      rows.map((row) =>
        t.test(row.what, async (t) => {
          const { ended, assertNothingLeft } = await run(t, row);
          const report = reportOf(ended);
          assertRow(row, ended, report);
          assertNothingLeft();
          printed.set(row.what, tableRow(row, report));
        }),
      ),
    );
    writeTable(rows.map(({ what }) => printed.get(what) ?? ''));
  });
}

function assertRow(row: Expected, ended: Ended, report: RunReport): void {
  const all = `${ended.stdout}\n${ended.stderr}`;
  assert.doesNotMatch(all, /^ {4}at /m, 'a stack was printed');
  assert.doesNotMatch(all, /\\n {4}at /, 'a stack is in the report');
  assert.equal(ended.stdout.split('\n').length, 2, 'stdout is one line, which is the report');
  assert.equal(ended.stderr, '', 'with --json nothing goes to stderr');
  assert.equal(report.error?.code, row.code, JSON.stringify(report.errors));
  assert.equal(ended.status, row.exit);
  assert.equal(report.status, row.exit === 2 ? 'invalid' : 'failed');
  assert.equal(report.error?.transformation, row.transformation, JSON.stringify(report.error));
  assert.ok(report.error.message.length > 0 && report.error.remedy.length > 0);
  assert.ok(report.objects.every(({ state }) => state === 'aborted'));
  if (row.at) assertPlace(report, row.at.file, row.at.text);
}

function assertPlace({ error }: RunReport, file: string, text: string): void {
  const { file: named = '', line = 0, column = 0 } = error ?? {};
  assert.ok(named.endsWith(file), `${named} should be ${file}`);
  assert.ok(line > 0 && column > 0, JSON.stringify(error));
  const found = readFileSync(named, 'utf8')
    .split('\n')
    [line - 1].slice(column - 1);
  assert.ok(found.startsWith(text), `${line}:${column} is at ${JSON.stringify(found)}`);
}

/** Every file below a folder, so that a test sees what a run has added or left. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort();
}

function tableRow({ what, exit }: Expected, report: RunReport): string {
  const text = formatDiagnostics(report)
    .trimEnd()
    .replaceAll(/\/\S*crossrole-test-\w+\//g, '')
    .replaceAll(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
    .replaceAll('|', '\\|')
    .replaceAll(/\n */g, '<br>');
  return `| ${what} | ${text} | ${exit} |\n`;
}

/** For documentation: `CROSSROLE_WRONG_INPUTS_TABLE` names a file that takes the rows as Markdown. */
function writeTable(rows: readonly string[]): void {
  const file = process.env.CROSSROLE_WRONG_INPUTS_TABLE;
  if (file !== undefined) appendFileSync(file, rows.join(''));
}
