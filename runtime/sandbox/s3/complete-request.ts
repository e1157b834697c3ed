import { XMLParser } from 'fast-xml-parser';
import { type Checksum, checksumAlgorithms } from '../http/checksums.js';
import { ServiceError } from '../service-error.js';

/** A part as CompleteMultipartUpload lists it. */
export interface ListedPart {
  readonly number: number;
  /** With its quotes. */
  readonly etag: string;
  readonly checksum: Checksum | undefined;
}

const MAX_PARTS = 10_000;
const parser = new XMLParser({ ignoreAttributes: true, parseTagValue: false, isArray: (name) => name === 'Part' });

/** Reads the list of parts. Throws `MalformedXML`, or `InvalidPartOrder` unless the numbers grow. */
export function readPartList(xml: string): readonly ListedPart[] {
  const parts = childOf(childOf(parsed(xml), 'CompleteMultipartUpload'), 'Part');
  if (!Array.isArray(parts) || parts.length > MAX_PARTS) throw malformed();
  const listed = parts.map(partOf);
  if (listed.some(({ number }, index) => index > 0 && number <= listed[index - 1].number)) {
    throw new ServiceError(
      400,
      'InvalidPartOrder',
      'The list of parts was not in ascending order. Parts must be ordered by part number.',
    );
  }
  return listed;
}

function parsed(xml: string): unknown {
  try {
    return parser.parse(xml, true);
  } catch {
    throw malformed();
  }
}

function partOf(part: unknown): ListedPart {
  const number = childOf(part, 'PartNumber');
  const etag = childOf(part, 'ETag');
  if (typeof number !== 'string' || !/^\d{1,5}$/.test(number) || typeof etag !== 'string') throw malformed();
  const checksums = checksumAlgorithms.flatMap((algorithm): Checksum[] => {
    const value = childOf(part, `Checksum${algorithm.toUpperCase()}`);
    return typeof value === 'string' ? [{ algorithm, value }] : [];
  });
  return { number: Number(number), etag: `"${etag.replaceAll(/"|&quot;|&#34;/g, '')}"`, checksum: checksums[0] };
}

function childOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function malformed(): ServiceError {
  return new ServiceError(
    400,
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}
