import { DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { amazonS3V2Connector } from '../../../connector/amazon-s3-v2/connector.js';
import type { Clock, Connector, PropertyValues } from '../../../runtime/connector-api.js';
import { readSandboxConfig } from '../../../runtime/sandbox/config.js';
import { type RunningSandbox, startSandbox } from '../../../runtime/sandbox/sandbox.js';
import type { ContractPlace } from '../contract.js';
import { readAll } from '../test-run.js';

/** Two accounts: ours with the user and the instance role, the partner's with roles and the bucket. */
export const accounts = { ours: '111111111111', partner: '222222222222' };
export const externalId = 'acme+partner=1,2.3@4:5/6-7';

const s3Everything = { Effect: 'Allow', Action: 's3:*', Resource: '*' };
const statements = (...Statement: object[]) => ({ Version: '2012-10-17', Statement });

const trust = statements({
  Effect: 'Allow',
  Principal: {
    AWS: [`arn:aws:iam::${accounts.ours}:user/mover`, `arn:aws:iam::${accounts.ours}:role/agent-ec2`],
  },
  Action: 'sts:AssumeRole',
  Condition: { StringEquals: { 'sts:ExternalId': externalId } },
});

const mayAssume = statements({ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' });

/** A role of the partner that may do everything in S3, so that only its session policy narrows a session down. */
const worker = { trust, policies: [statements(s3Everything)], maxSessionDuration: 7200 };
const idle = { trust, policies: [statements({ ...s3Everything, Action: 's3:ListBucket' })] };

const configuration = {
  accounts: {
    [accounts.ours]: {
      users: { mover: { accessKeyId: 'AKIAMOVER', secretKeyEnv: 'MOVER_SECRET', policies: [mayAssume] } },
      roles: {
        'agent-ec2': {
          trust: statements({ Effect: 'Allow', Principal: { Service: 'ec2.amazonaws.com' }, Action: 'sts:AssumeRole' }),
          policies: [mayAssume],
        },
      },
      instanceRole: 'agent-ec2',
    },
    [accounts.partner]: {
      users: {
        admin: { accessKeyId: 'AKIAADMIN', secretKeyEnv: 'ADMIN_SECRET', policies: [statements(s3Everything)] },
      },
      roles: { worker, idle },
    },
  },
  buckets: { data: { account: accounts.partner, region: 'eu-west-1' } },
};

export interface SandboxPlace extends ContractPlace {
  /** Has `side` closed together with the place: an open side keeps its session renewed, and the process alive. */
  closing<Side extends { close(): Promise<void> }>(side: Side): Side;
  readonly sandbox: RunningSandbox;
  readonly connector: Connector;
}

/** @param more settings of the sandbox beside its accounts and bucket: `faults`, `sessionTimeScale`, … */
export async function sandboxPlace(options: { more?: object; clock?: Clock } = {}): Promise<SandboxPlace> {
  const config = readSandboxConfig(JSON.stringify({ ...configuration, ...options.more }), 'sandbox.json');
  const sandbox = await startSandbox(config, options.clock ? { clock: options.clock } : {});
  const connection: PropertyValues = {
    accessKey: 'AKIAMOVER',
    secretKey: sandbox.env.MOVER_SECRET,
    iamRoleArn: `arn:aws:iam::${accounts.partner}:role/worker`,
    externalId,
    folderPath: 'data/place',
    regionName: 'eu-west-1',
  };
  const admin = new S3Client({
    region: 'eu-west-1',
    endpoint: sandbox.endpoint,
    forcePathStyle: true,
    credentials: { accessKeyId: 'AKIAADMIN', secretAccessKey: sandbox.env.ADMIN_SECRET },
  });
  const opened: { close(): Promise<void> }[] = [];
  const keyOf = (key: string) => `place/${key}`;
  const exists = (key: string) => sandbox.listObjects('data').some((object) => object.key === keyOf(key));
  return {
    sandbox,
    connector: amazonS3V2Connector(sandbox.env),
    connection,
    put: (key, bytes) => sandbox.putObject('data', keyOf(key), bytes),
    async remove(key) {
      await admin.send(new DeleteObjectCommand({ Bucket: 'data', Key: keyOf(key) }));
    },
    get: async (key) => (exists(key) ? readAll(sandbox.getObject('data', keyOf(key))) : undefined),
    everything: async () => [
      ...sandbox.listObjects('data').map(({ key }) => key),
      ...sandbox.openUploads().map(({ key, uploadId }) => `${key} (upload ${uploadId})`),
    ],
    closing(side) {
      opened.push(side);
      return side;
    },
    async close() {
      await Promise.all(opened.map((side) => side.close()));
      admin.destroy();
      await sandbox.close();
    },
  };
}
