import { CrossroleError, type GateStep } from '../../../runtime/connector-api.js';
import { amazonS3V2Error } from '../errors.js';
import { actionStatement } from '../identity/statements.js';
import { uriOf } from '../location.js';
import { withDeadline } from '../storage/retry.js';
import type { S3Requests } from '../storage/s3-requests.js';
import { look } from '../target/commit.js';
import { creationParameters, type ObjectSettings } from '../target/object-settings.js';
import type { ProbedSide } from './probed-side.js';
import { nameOfPrincipal } from './s3-denied.js';
import { tried } from './trials.js';

/** Milliseconds for giving up an upload: somebody may wait for the agent to end. */
const abortWithin = 20_000;

/** What a target does in its bucket, up to where something would become visible. */
export function targetGate(side: ProbedSide, object: ObjectSettings): GateStep {
  const uri = uriOf(side.settings.storage.bucket, object.key);
  return {
    gate: 'write',
    label: `begin an upload of ${uri} and abort it`,
    async pass() {
      if (!side.context.tryWrite) return { state: 'skipped', detail: 'left out by --no-write' };
      if (object.ifExists === 'fail' && side.session) {
        const found = await look(await side.requests(side.session), object.key);
        if (found.kind === 'object') throw amazonS3V2Error('TARGET_EXISTS', `${uri} exists already`, { object: uri });
      }
      let left: string | undefined;
      const attempt = async (requests: S3Requests): Promise<BegunUpload> => {
        const begun = await beginAndAbort(side, requests, object);
        left =
          begun.left &&
          `the upload ${begun.left.uploadId} of ${uri} could not be aborted and stays open: ${begun.left.reason}`;
        return begun;
      };
      try {
        const attemptElsewhere = (requests: S3Requests) => askForParts(requests, object);
        const { key } = await tried(side, { action: 's3:PutObject', attempt, attemptElsewhere });
        side.encryption = { key };
      } catch (error) {
        // What refuses is told, and besides what the trials have left.
        if (left !== undefined) side.context.warn({ code: 'ABORT_FAILED', message: left });
        throw error;
      }
      if (left === undefined) return { state: 'passed', detail: 'begun and aborted; nothing was written' };
      const statement = actionStatement(side.facts.scope, 's3:AbortMultipartUpload');
      const attachTo = `permission policy of ${nameOfPrincipal(side.facts.identity)}`;
      const fixes = statement ? [{ attachTo, statement }] : [];
      return {
        state: 'warned',
        detail: left,
        error: amazonS3V2Error('ABORT_FAILED', left, { object: uri, fixes }),
      };
    },
  };
}

interface BegunUpload {
  /** KMS key of new objects. */
  readonly key: string | undefined;
  /** Where the upload could not be removed. */
  readonly left: { readonly uploadId: string; readonly reason: string } | undefined;
}

/** Not bound to the run's signal: an upload whose creation is given up could not be aborted, its id being unknown. */
async function beginAndAbort(side: ProbedSide, requests: S3Requests, object: ObjectSettings): Promise<BegunUpload> {
  const { sdk, common, storage } = requests;
  const uri = uriOf(storage.bucket, object.key);
  const unbound = new AbortController().signal;
  side.context.signal.throwIfAborted();
  const { UploadId, SSEKMSKeyId } = await requests.send(
    { operation: 'CreateMultipartUpload', uri, signal: unbound },
    (client, abortSignal) =>
      client.send(new sdk.CreateMultipartUploadCommand({ ...common, ...creationParameters(object) }), { abortSignal }),
  );
  if (!UploadId) throw new Error('S3 gave no upload id');
  try {
    await withDeadline(side.context.clock, abortWithin, unbound, (signal) =>
      requests.send(
        { operation: 'AbortMultipartUpload', uri, signal },
        async (client, abortSignal) => {
          await client.send(new sdk.AbortMultipartUploadCommand({ ...common, Key: object.key, UploadId }), {
            abortSignal,
          });
          return true;
        },
        ({ code }) => (code === 'NoSuchUpload' ? true : undefined),
      ),
    );
    return { key: SSEKMSKeyId, left: undefined };
  } catch (error) {
    if (!(error instanceof CrossroleError) && !isTimeout(error)) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    return { key: SSEKMSKeyId, left: { uploadId: UploadId, reason } };
  }
}

/** Parts of an upload that does not exist: allowed, it is answered with 404, and nothing is left in a stranger's bucket. */
async function askForParts(requests: S3Requests, { key }: ObjectSettings): Promise<true> {
  const { sdk, common, storage } = requests;
  return requests.send<true>(
    { operation: 'ListParts', uri: uriOf(storage.bucket, key) },
    async (client, abortSignal) => {
      await client.send(new sdk.ListPartsCommand({ ...common, Key: key, UploadId: 'none' }), { abortSignal });
      return true;
    },
    ({ code }) => (code === 'NoSuchUpload' ? true : undefined),
  );
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'TimeoutError';
}
