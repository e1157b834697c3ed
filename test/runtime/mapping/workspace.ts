import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';

/** A folder of files that lives as long as its test. */
export interface Workspace {
  readonly folder: string;
  path(name: string): string;
  write(name: string, content: string | object): string;
}

export function workspace(t: TestContext): Workspace {
  const folder = mkdtempSync(join(tmpdir(), 'crossrole-test-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = (name: string): string => join(folder, name);
  return {
    folder,
    path,
    write(name, content) {
      mkdirSync(dirname(path(name)), { recursive: true });
      writeFileSync(path(name), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
      return path(name);
    },
  };
}

/** A sound mapping from `in/*.csv` to `out.csv` on local files, to be spoiled by tests. */
export function soundMapping() {
  return {
    name: 'sample',
    parameters: { least: { type: 'decimal(6,2)', default: '1.50' } } as Record<string, object>,
    transformations: [
      {
        name: 'orders',
        type: 'source',
        connection: 'disk',
        object: 'in/orders.csv',
        format: { type: 'csv' } as Record<string, unknown>,
        fields: [
          { name: 'id', type: 'integer' },
          { name: 'amount', type: 'decimal(6,2)' },
          { name: 'note', type: 'string' },
        ],
        advanced: {} as Record<string, unknown>,
      },
      { name: 'large', type: 'filter', input: 'orders', condition: 'amount > $$least' },
      {
        name: 'shaped',
        type: 'expression',
        input: 'large',
        fields: [{ name: 'doubled', type: 'decimal(8,2)', expression: 'amount * 2' }],
      },
      {
        name: 'out',
        type: 'target',
        input: 'shaped',
        connection: 'disk',
        object: 'out.csv',
        format: { type: 'csv' },
        fields: ['id', { name: 'twice', from: 'doubled' }],
      },
    ] as Record<string, unknown>[],
  };
}

export type SampleMapping = ReturnType<typeof soundMapping>;

export function writeSample(space: Workspace, mapping: object = soundMapping()): string {
  space.write('connections/disk.json', { name: 'disk', type: 'local-files', properties: { folderPath: '..' } });
  return space.write('mapping.json', mapping);
}
