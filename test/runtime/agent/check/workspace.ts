import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Ajv } from 'ajv';
import type { CheckReport } from '../../../../runtime/agent/check/check-report.js';
import { checkSchema } from '../../../../runtime/agent/check/check-schema.js';
import { readSandboxConfig } from '../../../../runtime/sandbox/config.js';
import { type RunningSandbox, startSandbox } from '../../../../runtime/sandbox/sandbox.js';
import type { Ended } from '../agent-process.js';

const isCheck = new Ajv({ allowUnionTypes: true }).compile<CheckReport>(checkSchema);

export const statements = (...Statement: object[]) => ({ Version: '2012-10-17', Statement });
const mayAssume = statements({ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' });

export const readerRole = 'arn:aws:iam::111111111111:role/data/reader';
export const writerRole = 'arn:aws:iam::222222222222:role/writer';
export const mover = 'arn:aws:iam::111111111111:user/mover';

export function trust(externalId: string) {
  const AWS = [mover, 'arn:aws:iam::111111111111:role/agent-ec2'];
  const Condition = { StringEquals: { 'sts:ExternalId': externalId } };
  return { Effect: 'Allow', Principal: { AWS }, Action: 'sts:AssumeRole', Condition };
}

/** Values whose types leave room for what a test puts in their place. */
const open = (properties: Record<string, unknown>) => properties;
const environment = (variables: Record<string, string>) => variables;
const optional = <T>(value: T | undefined) => value;
const listOf = <T>(...items: T[]) => items;

/** Two accounts and a mapping between them that works; a test breaks one thing. */
export function workingSetup() {
  return {
    env: environment({}),
    sandbox: {
      accounts: {
        '111111111111': {
          users: { mover: { accessKeyId: 'AKIAMOVER', secretKeyEnv: 'MOVER_SECRET', policies: [mayAssume] } },
          roles: {
            'agent-ec2': {
              trust: statements({
                Effect: 'Allow',
                Principal: { Service: 'ec2.amazonaws.com' },
                Action: 'sts:AssumeRole',
              }),
              policies: [mayAssume],
            },
            reader: {
              path: '/data/',
              trust: statements(trust('landing-7f3a')),
              policies: [
                statements(
                  { Effect: 'Allow', Action: 's3:ListBucket', Resource: 'arn:aws:s3:::acme-landing' },
                  { Effect: 'Allow', Action: 's3:GetObject', Resource: 'arn:aws:s3:::acme-landing/*' },
                ),
              ],
              maxSessionDuration: 7200,
            },
          },
          keys: open({}),
          instanceRole: optional<string>('agent-ec2'),
        },
        '222222222222': {
          keys: open({}),
          roles: {
            writer: {
              trust: statements(trust('curated-91c0')),
              policies: [
                statements({
                  Effect: 'Allow',
                  Action: ['s3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts', 's3:GetObject'],
                  Resource: 'arn:aws:s3:::acme-curated/*',
                }),
              ],
              maxSessionDuration: 43_200,
            },
          },
        },
      },
      buckets: {
        'acme-landing': {
          account: '111111111111',
          region: 'eu-west-1',
          policy: optional<object>(undefined),
          encryption: optional<object>(undefined),
          objects: { 'raw/orders/a.csv': { text: 'id,amount\n1,2.50\n' } },
        },
        'acme-curated': {
          account: '222222222222',
          region: 'eu-central-1',
          policy: optional<object>(undefined),
          encryption: optional<object>(undefined),
        },
      },
      clockOffsetSeconds: 0,
      faults: listOf<object>(),
    },
    landing: open({
      accessKey: { env: 'MOVER_KEY' },
      secretKey: { env: 'MOVER_SECRET' },
      iamRoleArn: readerRole,
      externalId: 'landing-7f3a',
      folderPath: 'acme-landing/raw',
      regionName: 'eu-west-1',
    }),
    curated: open({
      accessKey: { env: 'MOVER_KEY' },
      secretKey: { env: 'MOVER_SECRET' },
      iamRoleArn: writerRole,
      externalId: 'curated-91c0',
      folderPath: 'acme-curated',
      regionName: 'eu-central-1',
    }),
    object: 'orders/*.csv',
    source: open({ allowWildcardCharacters: true }),
    target: open({}),
  };
}

export type Setup = ReturnType<typeof workingSetup>;

export interface Workspace {
  readonly sandbox: RunningSandbox;
  readonly folder: string;
  readonly mapping: string;
  readonly env: Record<string, string>;
}

/** The files of a set-up in a folder of their own, and its sandbox; both go with the test. */
export async function workspaceOf(t: TestContext, setup: Setup): Promise<Workspace> {
  const folder = mkdtempSync(join(tmpdir(), 'crossrole-check-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const connection = (name: string, properties: object) => {
    writeFileSync(
      join(folder, 'connections', `${name}.json`),
      JSON.stringify({ name, type: 'amazon-s3-v2', properties }),
    );
  };
  mkdirSync(join(folder, 'connections'));
  connection('landing', setup.landing);
  connection('curated', setup.curated);
  const mapping = join(folder, 'mapping.json');
  writeFileSync(mapping, JSON.stringify(mappingOf(setup)));
  const sandbox = await startSandbox(readSandboxConfig(JSON.stringify(setup.sandbox), 'sandbox.json'), {});
  t.after(() => sandbox.close());
  return { sandbox, folder, mapping, env: { ...sandbox.env, MOVER_KEY: 'AKIAMOVER', ...setup.env } };
}

function mappingOf({ object, source, target }: Setup) {
  const side = { format: { type: 'csv' } };
  return {
    name: 'orders',
    transformations: [
      { name: 'orders', type: 'source', connection: 'landing', object, ...side, advanced: source },
      {
        name: 'out',
        type: 'target',
        input: 'orders',
        connection: 'curated',
        object: 'eu/o.csv',
        ...side,
        advanced: target,
      },
    ],
  };
}

/** The one JSON object on stdout, checked against the published schema. */
export function checkOf({ stdout, stderr }: Ended): CheckReport {
  const value: unknown = JSON.parse(stdout);
  if (!isCheck(value)) throw new Error(`no check report: ${JSON.stringify(isCheck.errors)}\n${stdout}\n${stderr}`);
  return value;
}
