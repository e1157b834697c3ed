import type { ObjectWrite, TargetContext } from '../../../runtime/connector-api.js';
import { amazonS3V2Error } from '../errors.js';
import { uriOf } from '../location.js';
import type { S3Requests } from '../storage/s3-requests.js';
import { multipartUpload } from './multipart-upload.js';
import type { ObjectSettings } from './object-settings.js';
import { maximumParts, partBytes } from './part-size.js';
import type { PreparedUpload } from './prepared-upload.js';

/**
 * One object that takes bytes in. They are gathered into buffers of the target's pool, each of which becomes a part once it
 * is full; an object smaller than one part is kept until its commit.
 */
export function beginUpload(
  requests: S3Requests,
  settings: ObjectSettings,
  run: TargetContext,
): ObjectWrite<PreparedUpload> {
  const { buffers, signal } = run;
  const uri = uriOf(requests.storage.bucket, settings.key);
  const upload = multipartUpload(requests, settings, run);
  let buffer: Uint8Array | undefined;
  let used = 0;
  let partNumber = 1;
  let bytesTaken = 0;
  let isAborted = false;

  async function takeBuffer(): Promise<Uint8Array> {
    if (partNumber > maximumParts) {
      throw amazonS3V2Error('OBJECT_TOO_LARGE', `${uri} is larger than ${bytesTaken} bytes`, { object: uri });
    }
    const taken = await buffers.acquire(partBytes(partNumber), signal);
    if (!isAborted) return taken;
    buffers.release(taken);
    throw new Error(`${uri} is written to after its abort`);
  }

  async function sendPart(full: Uint8Array): Promise<void> {
    const number = partNumber;
    const length = used;
    buffer = undefined;
    used = 0;
    partNumber += 1;
    await upload.send(number, full.subarray(0, length), () => buffers.release(full));
  }

  function giveBufferBack(): void {
    if (buffer) buffers.release(buffer);
    buffer = undefined;
  }

  return {
    uri,
    async write(bytes) {
      signal.throwIfAborted();
      for (let taken = 0; taken < bytes.length; ) {
        buffer ??= await takeBuffer();
        const length = Math.min(bytes.length - taken, buffer.length - used);
        buffer.set(bytes.subarray(taken, taken + length), used);
        used += length;
        taken += length;
        bytesTaken += length;
        if (used === buffer.length) await sendPart(buffer);
      }
    },
    async finish() {
      if (partNumber === 1) {
        const content = buffer ? buffer.slice(0, used) : new Uint8Array(0);
        giveBufferBack();
        return { kind: 'whole', uri, bytes: bytesTaken, content };
      }
      if (buffer && used > 0) await sendPart(buffer);
      const { uploadId, parts } = await upload.finish();
      return { kind: 'parts', uri, bytes: bytesTaken, uploadId, parts };
    },
    async abort() {
      isAborted = true;
      await upload.abort();
      giveBufferBack();
    },
  };
}
