import { CrossroleError, type GateResult, type GateStep } from '../../../runtime/connector-api.js';
import { type AmazonS3V2ErrorCode, amazonS3V2Error } from '../errors.js';
import { inWords, policyPrincipal } from '../identity/role-arn.js';
import { denyBucketStatement } from '../identity/statements.js';
import { uriOf } from '../location.js';
import { isRefused } from '../storage/s3-failure.js';
import type { S3Requests } from '../storage/s3-requests.js';
import { firstByte } from './first-byte.js';
import type { ProbedSide } from './probed-side.js';

/**
 * Where the bucket is. HeadBucket needs s3:ListBucket without any prefix, which few sessions have: a refusal says the region
 * all the same.
 */
export function regionGate(side: ProbedSide): GateStep {
  const { bucket, region } = side.settings.storage;
  return {
    gate: 'region',
    label: `find bucket ${bucket} in ${region}`,
    async pass() {
      if (!side.session) throw new Error('a bucket is looked for before there is a session');
      const { sdk, common, send } = await side.requests(side.session);
      const uri = uriOf(bucket, '');
      const answer = await send<{ readonly region: string | undefined }>(
        { operation: 'HeadBucket', uri },
        async (client, abortSignal) => {
          const { BucketRegion } = await client.send(new sdk.HeadBucketCommand(common), { abortSignal });
          return { region: BucketRegion };
        },
        (failure) => {
          if (failure.status === 404)
            throw amazonS3V2Error('NO_SUCH_BUCKET', `there is no bucket ${bucket}`, { object: uri });
          return isRefused(failure) ? { region: failure.bucketRegion } : undefined;
        },
      );
      return {
        state: 'passed',
        detail: answer.region ?? 'the storage does not tell its region',
      };
    },
  };
}

/** What the answers to reading or beginning an object told of its key. */
export function keyGate(side: ProbedSide, use: string): GateStep {
  return {
    gate: 'kms',
    label: `use the KMS key of ${side.settings.storage.bucket}, if it has one`,
    async pass() {
      const { encryption } = side;
      if (!encryption) return { state: 'skipped', detail: 'no object was there to tell' };
      if (encryption.key === undefined) return { state: 'passed', detail: 'no KMS key is in use' };
      return { state: 'passed', detail: `encrypted under ${encryption.key}: ${use}` };
    },
  };
}

/** The base identity should only be able to assume its role. Reads, and never writes. */
export function baseAccessGate(side: ProbedSide, prefix: string): GateStep {
  const { bucket } = side.settings.storage;
  return {
    gate: 'base-access',
    label: `see that the base identity itself can not use ${bucket}`,
    async pass() {
      const { base } = side;
      if (!base) throw new Error('the base identity is tried before it is known');
      const principal = base.arn ?? 'the base identity';
      const current = async () => ({ keys: await base.keys.current(), principal, endsAt: undefined });
      const requests = await side.requests({ current, replace: async () => undefined }, false);
      const { can, unclear } = await triesOf(side, requests, prefix);
      if (can.length === 0 && unclear) return { state: 'skipped', detail: `could not be seen: ${unclear.message}` };
      if (can.length === 0) return { state: 'passed', detail: 'it is refused, as it should be' };
      return reaches(side, principal, can);
    },
  };
}

/** What S3 says to whom it does not let in. */
const refusals: readonly string[] = [
  'ACCESS_DENIED',
  'BUCKET_POLICY_DENIES',
  'KMS_DENIED',
] satisfies AmazonS3V2ErrorCode[];

interface Tries {
  readonly can: readonly string[];
  /** An answer that is neither yes nor no. */
  readonly unclear: CrossroleError | undefined;
}

async function triesOf(side: ProbedSide, requests: S3Requests, prefix: string): Promise<Tries> {
  const { sdk, common, storage } = requests;
  const uri = uriOf(storage.bucket, prefix);
  const { found } = side;
  const attempts: readonly (readonly [string, () => Promise<unknown>])[] = [
    [
      'look at the bucket (HeadBucket)',
      () =>
        requests.send({ operation: 'HeadBucket', uri }, (client, abortSignal) =>
          client.send(new sdk.HeadBucketCommand(common), { abortSignal }),
        ),
    ],
    [
      'list it (ListObjectsV2)',
      () =>
        requests.send({ operation: 'ListObjectsV2', uri }, (client, abortSignal) =>
          client.send(new sdk.ListObjectsV2Command({ ...common, Prefix: prefix, MaxKeys: 1 }), { abortSignal }),
        ),
    ],
    ...(found ? [[`read ${found.uri} (GetObject)`, () => byteOf(requests, found.uri)] as const] : []),
  ];
  const can: string[] = [];
  let unclear: CrossroleError | undefined;
  for (const [what, attempt] of attempts) {
    try {
      await attempt();
      can.push(what);
    } catch (error) {
      if (!(error instanceof CrossroleError)) throw error;
      if (!refusals.includes(error.code)) unclear = error;
    }
  }
  return { can, unclear };
}

async function byteOf(requests: S3Requests, uri: string): Promise<void> {
  const { kind } = await firstByte(requests, uri);
  if (kind === 'missing') throw amazonS3V2Error('SOURCE_OBJECT_GONE', `${uri} is no longer there`, { object: uri });
}

function reaches({ facts, base }: ProbedSide, principal: string, can: readonly string[]): GateResult {
  const message = `${principal} itself can ${can.join(' and ')}`;
  const name = base?.arn === undefined ? 'the base identity' : inWords(policyPrincipal(base.arn));
  const fixes = [{ attachTo: `permission policy of ${name}`, statement: denyBucketStatement(facts.scope) }];
  return { state: 'warned', detail: message, error: amazonS3V2Error('BASE_REACHES_BUCKET', message, { fixes }) };
}
