import { fileURLToPath } from 'node:url';
import { readSandboxConfig } from '../runtime/sandbox/config.js';
import { type RunningSandbox, startSandbox } from '../runtime/sandbox/sandbox.js';
import { type Job, writeMapping } from './jobs.js';
import { agent, type Contender } from './measure.js';

const copy = fileURLToPath(new URL('peers/bare-copy.js', import.meta.url));
const KEY = 'raw/orders.csv';

const everything = {
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: ['s3:*', 'sts:*'], Resource: '*' }],
};
const trust = {
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { AWS: 'arn:aws:iam::111111111111:user/mover' }, Action: 'sts:AssumeRole' },
  ],
};
const config = {
  accounts: {
    '111111111111': {
      users: { mover: { accessKeyId: 'AKIAMOVER', secretKeyEnv: 'MOVER_SECRET', policies: [everything] } },
      roles: { mover: { trust, policies: [everything] } },
    },
  },
  buckets: {
    landing: { account: '111111111111', region: 'eu-west-1' },
    curated: { account: '111111111111', region: 'eu-west-1' },
  },
};

/** A sandbox that holds the orders; it runs in the bench's own process, apart from whoever is measured. */
export async function ordersInSandbox(input: AsyncIterable<Uint8Array>): Promise<RunningSandbox> {
  const sandbox = await startSandbox(readSandboxConfig(JSON.stringify(config), 'bench'), {});
  await sandbox.putObject('landing', KEY, input);
  return sandbox;
}

/** S3 to S3: ours under two sessions, and a bare copy of the same bytes, GET to UploadPart. */
export function s3Contenders(job: Job, sandbox: RunningSandbox, folder: string, memoryMib: number): Contender[] {
  const connection = (name: string, folderPath: string) => ({
    name,
    type: 'amazon-s3-v2',
    properties: {
      accessKey: 'AKIAMOVER',
      secretKey: { env: 'MOVER_SECRET' },
      iamRoleArn: 'arn:aws:iam::111111111111:role/mover',
      folderPath,
      regionName: 'eu-west-1',
    },
  });
  const mapping = writeMapping(folder, job, {
    source: { connection: connection('landing', 'landing/raw'), object: 'orders.csv' },
    target: { connection: connection('curated', 'curated'), object: 'orders.csv' },
  });
  const env = sandbox.env;
  return [
    { name: 'Crossrole', script: agent, args: ['run', mapping, '--memory', `${memoryMib}M`, '--quiet'], env },
    { name: 'bare copy, GET → UploadPart', script: copy, args: ['landing', 'curated', KEY], env },
  ];
}
