import type { GateStep } from '../../../runtime/connector-api.js';
import type { ObjectPattern } from '../../object-pattern.js';
import { uriOf } from '../location.js';
import { listedEtag, listObjects } from '../source/list.js';
import type { S3Requests } from '../storage/s3-requests.js';
import { firstByte } from './first-byte.js';
import type { ProbedSide } from './probed-side.js';
import { tried } from './trials.js';

/** What a source does in its bucket: list, then read. */
export function sourceGates(side: ProbedSide, pattern: ObjectPattern, describes: string): GateStep[] {
  return [
    pattern.hasWildcards ? listGate(side, pattern, describes) : optionalListGate(side, pattern),
    readGate(side, pattern),
  ];
}

function listGate(side: ProbedSide, pattern: ObjectPattern, describes: string): GateStep {
  return {
    gate: 'list',
    label: `list ${describes}`,
    async pass() {
      const attempt = async (requests: S3Requests) => {
        for await (const object of listObjects(requests, pattern)) return { first: object };
        return { first: undefined };
      };
      const { first } = await tried(side, { action: 's3:ListBucket', attempt });
      side.found = first;
      return { state: 'passed', detail: first ? `first match: ${first.uri}` : 'allowed; no object matches' };
    },
  };
}

/** One object by name is read without any listing; a listing only tells a missing object from a refused one. */
function optionalListGate(side: ProbedSide, { prefix: key }: ObjectPattern): GateStep {
  return {
    gate: 'list',
    label: `list ${uriOf(side.settings.storage.bucket, key)}`,
    async pass() {
      if (!side.session) throw new Error('a bucket is listed before there is a session');
      const etag = await listedEtag(await side.requests(side.session), key);
      if (etag === undefined) {
        return { state: 'skipped', detail: 'refused, and not needed: the name has no wildcards' };
      }
      return {
        state: 'passed',
        detail: etag === 'absent' ? 'allowed; there is no such object' : 'the object is there',
      };
    },
  };
}

function readGate(side: ProbedSide, { hasWildcards, prefix }: ObjectPattern): GateStep {
  const { bucket } = side.settings.storage;
  return {
    gate: 'read',
    label: hasWildcards ? 'read one byte of the first match' : `read one byte of ${uriOf(bucket, prefix)}`,
    async pass() {
      const uri = hasWildcards ? side.found?.uri : uriOf(bucket, prefix);
      if (uri === undefined) return { state: 'skipped', detail: 'no object matches' };
      const byte = await tried(side, { action: 's3:GetObject', attempt: (requests) => firstByte(requests, uri) });
      if (byte.kind === 'missing')
        return { state: 'passed', detail: `${uri} does not exist; reading it is not refused` };
      side.found ??= { uri, size: 0, etag: '', modified: new Date(0) };
      if (byte.kind === 'read') side.encryption = { key: byte.key };
      return { state: 'passed', detail: byte.kind === 'empty' ? `${uri} is empty` : uri };
    },
  };
}
