import { readFileSync } from 'node:fs';
import { amazonS3V2Error } from '../../errors.js';

/**
 * The token in a file that something else renews: read anew each time. Throws `BASE_TOKEN_UNUSABLE`.
 * @param variable the environment variable or setting that names the file, for the message
 */
export function tokenIn(file: string, variable: string): string {
  let token: string;
  try {
    token = readFileSync(file, 'utf8').trim();
  } catch (error) {
    const why = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw amazonS3V2Error('BASE_TOKEN_UNUSABLE', `${file}, which ${variable} names, can not be read (${why})`);
  }
  if (token === '') throw amazonS3V2Error('BASE_TOKEN_UNUSABLE', `${file}, which ${variable} names, is empty`);
  // It becomes a header or a form field: anything else than visible ASCII is no token, and a line break would be an injection.
  if (/^[\x21-\x7e]+( [\x21-\x7e]+)*$/.test(token)) return token;
  throw amazonS3V2Error('BASE_TOKEN_UNUSABLE', `${file}, which ${variable} names, holds no token`);
}
