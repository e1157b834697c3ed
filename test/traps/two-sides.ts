/** Two sides in two accounts, sound as they stand: every test changes the one thing that it is about. */
import type { TestContext } from 'node:test';
import type { Clock, PropertyValues } from '../../runtime/connector-api.js';
import type { RunReport } from '../../runtime/engine/report.js';
import { runMapping } from '../../runtime/engine/run.js';
import { runState } from '../../runtime/engine/run-state.js';
import { loadMapping } from '../../runtime/mapping/load.js';
import type { AuditEntry } from '../../runtime/sandbox/audit.js';
import { readSandboxConfig } from '../../runtime/sandbox/config.js';
import { type RunningSandbox, startSandbox } from '../../runtime/sandbox/sandbox.js';
import { type AgentProcess, type Ended, reportOf, startAgent } from '../runtime/agent/agent-process.js';
import { type Workspace, workspace } from '../runtime/mapping/workspace.js';

export const ours = '111111111111';
export const partner = '222222222222';
export const landingRole = `arn:aws:iam::${ours}:role/landing-reader`;
export const curatedRole = `arn:aws:iam::${partner}:role/curated-writer`;
export const mover = `arn:aws:iam::${ours}:user/mover`;
export const instanceRole = `arn:aws:iam::${ours}:role/agent-ec2`;

type Json = Readonly<Record<string, unknown>>;

export const policy = (...statements: readonly object[]): Json => ({ Version: '2012-10-17', Statement: statements });
export const allow = (action: string | readonly string[], resource: string | readonly string[] = '*'): Json => ({
  Effect: 'Allow',
  Action: action,
  Resource: resource,
});
/** A trust policy; `condition` as in IAM. */
export const trust = (condition: Json, principals: readonly string[] = [mover, instanceRole]): Json =>
  policy({
    Effect: 'Allow',
    Principal: { AWS: principals },
    Action: ['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity'],
    Condition: condition,
  });

/** What a test changes; whatever is left out is sound. */
export interface Changes {
  /** Properties of the connections. */
  readonly landing?: PropertyValues;
  readonly curated?: PropertyValues;
  /** `advanced` of the transformations. */
  readonly source?: PropertyValues;
  readonly target?: PropertyValues;
  /** Names of objects below `folderPath`. */
  readonly reads?: string;
  readonly writes?: string;
  /** Settings of the two roles, of the user, and of the sandbox as a whole. */
  readonly landingRole?: Json;
  readonly curatedRole?: Json;
  readonly user?: Json;
  readonly moreUsers?: Json;
  readonly moreRoles?: Json;
  readonly buckets?: Json;
  readonly sandbox?: Json;
  readonly clock?: Clock;
}

export interface TwoSides {
  readonly sandbox: RunningSandbox;
  readonly space: Workspace;
  readonly mapping: string;
  /** Properties of the connections, written anew. */
  connect(landing: PropertyValues, curated: PropertyValues): void;
  start(args?: readonly string[], env?: NodeJS.ProcessEnv): AgentProcess;
  /** The real command, and its report. */
  run(): Promise<{ readonly ended: Ended; readonly report: RunReport }>;
  /** The same run within this process, by the clock of the test. */
  runHere(clock: Clock): Promise<RunReport>;
  output(): Promise<Buffer | undefined>;
  of(service: 's3' | 'sts' | 'imds'): readonly AuditEntry[];
  /** Requests for sessions of a role, granted or not. */
  assumed(roleArn: string): readonly AuditEntry[];
}

const user: Json = {
  accessKeyId: 'AKIAMOVER',
  secretKeyEnv: 'MOVER_SECRET',
  policies: [policy(allow(['sts:AssumeRole', 'sts:TagSession', 'sts:SetSourceIdentity']))],
};
/** A KMS key that leaves it to the account's policies who may use it. */
const keysOf = (account: string): Json => ({
  orders: {
    policy: policy({
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${account}:root` },
      Action: 'kms:*',
      Resource: '*',
    }),
  },
});
const role = (externalId: string): Json => ({
  trust: trust({ StringEquals: { 'sts:ExternalId': externalId } }),
  policies: [policy(allow('s3:*'))],
  maxSessionDuration: 43_200,
});

/** A mapping that copies `landing/in/…` to `curated/out/…`; the sandbox ends with the test. */
export async function twoSides(t: TestContext, changes: Changes = {}): Promise<TwoSides> {
  const configuration = {
    accounts: {
      [ours]: {
        users: { mover: { ...user, ...changes.user }, ...changes.moreUsers },
        roles: {
          'landing-reader': { ...role('landing-1'), ...changes.landingRole },
          'agent-ec2': {
            trust: policy({
              Effect: 'Allow',
              Principal: { Service: 'ec2.amazonaws.com' },
              Action: 'sts:AssumeRole',
            }),
            policies: user.policies,
          },
          ...changes.moreRoles,
        },
        instanceRole: 'agent-ec2',
        keys: keysOf(ours),
      },
      [partner]: {
        keys: keysOf(partner),
        roles: { 'curated-writer': { ...role('curated-2'), ...changes.curatedRole } },
      },
    },
    buckets: {
      landing: { account: ours, region: 'eu-west-1' },
      curated: { account: partner, region: 'eu-central-1' },
      ...changes.buckets,
    },
    ...changes.sandbox,
  };
  const config = readSandboxConfig(JSON.stringify(configuration), 'sandbox.json');
  const sandbox = await startSandbox(config, changes.clock ? { clock: changes.clock } : {});
  t.after(() => sandbox.close());
  const space = workspace(t);
  const mapping = space.write('mapping.json', mappingOf(changes));
  const connect = (landing: PropertyValues, curated: PropertyValues): void => {
    writeConnections(space, landing, curated);
  };
  connect(changes.landing ?? {}, changes.curated ?? {});
  const start = (args: readonly string[] = ['--json'], env: NodeJS.ProcessEnv = {}): AgentProcess =>
    startAgent(['run', mapping, ...args], { ...sandbox.env, ...env });

  return {
    sandbox,
    space,
    mapping,
    connect,
    start,
    async run() {
      const ended = await start().ended;
      return { ended, report: reportOf(ended) };
    },
    runHere(clock) {
      const loaded = withEnvironment(sandbox.env, () =>
        loadMapping(mapping, {
          parameters: [],
          parameterFile: undefined,
          connectionsDirectory: undefined,
          environment: sandbox.env,
        }),
      );
      const { signal } = new AbortController();
      return runMapping(loaded, { memory: 64 << 20, maxRejects: undefined, signal, clock, state: runState() });
    },
    async output() {
      const [object] = sandbox.listObjects('curated');
      if (!object) return undefined;
      const chunks: Uint8Array[] = [];
      for await (const chunk of sandbox.getObject('curated', object.key)) chunks.push(Buffer.from(chunk));
      return Buffer.concat(chunks);
    },
    of: (service) => sandbox.auditLog.filter((entry) => entry.service === service),
    assumed: (roleArn) =>
      sandbox.auditLog.filter(({ operation, params }) => operation === 'AssumeRole' && params.roleArn === roleArn),
  };
}

function mappingOf({ reads = 'a.csv', writes = 'a.csv', source = {}, target = {} }: Changes): Json {
  const format = { type: 'csv' };
  return {
    name: 'copy',
    transformations: [
      { name: 'orders', type: 'source', connection: 'landing', object: reads, format, advanced: source },
      {
        name: 'kept',
        type: 'target',
        input: 'orders',
        connection: 'curated',
        object: writes,
        format,
        advanced: target,
      },
    ],
  };
}

function writeConnections(space: Workspace, landing: PropertyValues, curated: PropertyValues): void {
  const base = { accessKey: 'AKIAMOVER', secretKey: { env: 'MOVER_SECRET' } };
  const type = 'amazon-s3-v2';
  const sides = {
    landing: {
      ...base,
      iamRoleArn: landingRole,
      externalId: 'landing-1',
      folderPath: 'landing/in',
      regionName: 'eu-west-1',
      ...landing,
    },
    curated: {
      ...base,
      iamRoleArn: curatedRole,
      externalId: 'curated-2',
      folderPath: 'curated/out',
      regionName: 'eu-central-1',
      ...curated,
    },
  };
  for (const [name, properties] of Object.entries(sides))
    space.write(`connections/${name}.json`, { name, type, properties });
}

/** The connector looks endpoints up while a mapping is loaded, in one go: sandboxes of other tests do not come in between. */
function withEnvironment<T>(environment: Readonly<Record<string, string>>, work: () => T): T {
  Object.assign(process.env, environment);
  try {
    return work();
  } finally {
    for (const name of Object.keys(environment)) delete process.env[name];
  }
}

/** Properties of a connection whose base is the role of the instance. */
export const byInstance: PropertyValues = { accessKey: undefined, secretKey: undefined, useEc2RoleToAssumeRole: true };

/** Lines of about `bytes` bytes together; a run copies them unchanged. */
export function lines(bytes: number): Buffer {
  const text = ['id,text\n'];
  for (let id = 0, made = 0; made < bytes; id++) {
    const line = `${id},${'abcdefghij'.repeat(12)}${id % 7}\n`;
    made += line.length;
    text.push(line);
  }
  return Buffer.from(text.join(''));
}
