import { X509Certificate } from 'node:crypto';
import { resolve } from 'node:path';
import type { PropertyProblem, PropertyValues } from '../../../runtime/connector-api.js';
import { type AmazonS3V2ErrorCode, amazonS3V2Errors } from '../errors.js';
import { fileText } from '../file-text.js';

/** How the services of AWS are reached from here; the same for S3, for STS and for what else a base identity asks. */
export interface Network {
  /** `http://user:password@host:port` of a proxy that connects by CONNECT; may hold a password. */
  readonly proxyUrl: string | undefined;
  /** PEM certificates that are trusted besides those that Node trusts. */
  readonly certificates: string | undefined;
}

export type NetworkResult =
  | { readonly ok: true; readonly network: Network }
  | { readonly ok: false; readonly problems: readonly PropertyProblem[] };

/** Certificates of all public authorities together have a quarter of it. Bytes. */
const maximumFile = 1024 * 1024;

export const directNetwork: Network = { proxyUrl: undefined, certificates: undefined };

/** Reads `proxyUrl` and `caFile` of a connection. @param folder absolute; a relative `caFile` starts there */
export function networkOf({ proxyUrl, caFile }: PropertyValues, folder: string): NetworkResult {
  const problems: PropertyProblem[] = [];
  if (typeof proxyUrl === 'string' && !isProxyUrl(proxyUrl)) {
    // Without the value: it may hold a password.
    problems.push(problem('PROXY_URL_INVALID', 'proxyUrl', amazonS3V2Errors.PROXY_URL_INVALID.meaning));
  }
  let certificates: string | undefined;
  if (typeof caFile === 'string') {
    const read = certificatesIn(resolve(folder, caFile));
    if ('refusal' in read) problems.push(problem('CA_FILE_INVALID', 'caFile', read.refusal));
    else certificates = read.certificates;
  }
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, network: { proxyUrl: typeof proxyUrl === 'string' ? proxyUrl : undefined, certificates } };
}

function isProxyUrl(text: string): boolean {
  try {
    const { protocol, pathname, search, hash, username, password } = new URL(text);
    decodeURIComponent(username + password);
    return /^https?:$/.test(protocol) && pathname === '/' && search === '' && hash === '';
  } catch {
    return false;
  }
}

function certificatesIn(file: string): { readonly certificates: string } | { readonly refusal: string } {
  const read = fileText(file, maximumFile);
  if ('code' in read) return { refusal: `${file} can not be read (${read.code})` };
  const blocks = read.text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) return { refusal: `${file} holds no certificate in PEM` };
  for (const [index, block] of blocks.entries()) {
    try {
      new X509Certificate(block);
    } catch {
      return { refusal: `certificate ${index + 1} of ${file} can not be understood` };
    }
  }
  return { certificates: blocks.join('\n') };
}

function problem(code: AmazonS3V2ErrorCode, id: string, message: string): PropertyProblem {
  return { code, message, remedy: amazonS3V2Errors[code].remedy, property: { in: 'connection', id } };
}
