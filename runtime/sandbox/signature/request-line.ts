import type { IncomingHttpHeaders } from 'node:http';
import { ServiceError } from '../service-error.js';

export interface QueryParameter {
  readonly name: string;
  readonly value: string;
}

/** A request as signatures see it: nothing normalized, every part decoded once. */
export interface RequestHead {
  readonly method: string;
  /** Decoded; `.` and `..` segments and double slashes stay as they are. */
  readonly path: string;
  /** In the order sent. */
  readonly query: readonly QueryParameter[];
  readonly headers: IncomingHttpHeaders;
  /** Values of a header that came several times, apart. */
  readonly headersDistinct: NodeJS.Dict<string[]>;
}

/** Takes a request target apart. Throws `InvalidURI` where an escape is not UTF-8. */
export function parseTarget(target: string): Pick<RequestHead, 'path' | 'query'> {
  const mark = target.indexOf('?');
  const path = decode(mark < 0 ? target : target.slice(0, mark));
  const query = mark < 0 ? [] : parseQuery(target.slice(mark + 1));
  return { path, query };
}

/** `a=b&c` as a list; `+` is a blank, as in forms. */
export function parseQuery(text: string): QueryParameter[] {
  return text
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=');
      const [name, value] = equals < 0 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)];
      return { name: decode(name.replaceAll('+', ' ')), value: decode(value.replaceAll('+', ' ')) };
    });
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new ServiceError(400, 'InvalidURI', "Couldn't parse the specified URI.");
  }
}

export function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}
