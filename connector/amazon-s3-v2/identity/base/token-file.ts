import { amazonS3V2Error } from '../../errors.js';
import { fileText } from '../../file-text.js';

/** STS takes 20,000 characters (AssumeRoleWithWebIdentity). Bytes. */
const maximumToken = 64 * 1024;

/**
 * The token in a file that something else renews: read anew each time. Throws `BASE_TOKEN_UNUSABLE`.
 * @param variable the environment variable or setting that names the file, for the message
 */
export function tokenIn(file: string, variable: string): string {
  const read = fileText(file, maximumToken);
  if ('code' in read) {
    throw amazonS3V2Error('BASE_TOKEN_UNUSABLE', `${file}, which ${variable} names, can not be read (${read.code})`);
  }
  const token = read.text.trim();
  if (token === '') throw amazonS3V2Error('BASE_TOKEN_UNUSABLE', `${file}, which ${variable} names, is empty`);
  // It becomes a header or a form field: anything else than visible ASCII is no token, and a line break would be an injection.
  if (/^[\x21-\x7e]+( [\x21-\x7e]+)*$/.test(token)) return token;
  throw amazonS3V2Error('BASE_TOKEN_UNUSABLE', `${file}, which ${variable} names, holds no token`);
}
