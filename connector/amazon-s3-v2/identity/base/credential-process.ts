/**
 * `credential_process` of a profile (SDKs and tools reference guide, process credential provider). The provider of the SDK is
 * not used because nothing ends a command of its that hangs, and because it reads the profile a second time, by other rules.
 */
import { exec } from 'node:child_process';
import { amazonS3V2Error } from '../../errors.js';
import type { TemporaryKeys } from '../temporary-keys.js';
import type { AccessKeys } from './base-identity.js';
import { isText } from './credentials-answer.js';
import { jsonFields } from './link-local-service.js';

/** Milliseconds; a command that asks a person would never end by itself. */
const commandWithin = 60_000;
/** Bytes that a command may print. */
const maximumOutput = 64 * 1024;

/**
 * The keys that the command prints. It runs in a shell, as the guide demands. What it prints elsewhere is not repeated: it may
 * hold secrets. Throws `PROFILE_COMMAND_FAILED`, and the signal's reason when it aborts.
 */
export async function processKeys(
  profile: string,
  command: string,
  signal: AbortSignal,
  within = commandWithin,
): Promise<AccessKeys | TemporaryKeys> {
  const failed = (why: string) =>
    amazonS3V2Error('PROFILE_COMMAND_FAILED', `the credential_process of profile ${profile} ${why}`);
  signal.throwIfAborted();
  const printed = await new Promise<string>((resolve, reject) => {
    const limits = {
      timeout: within,
      killSignal: 'SIGKILL',
      maxBuffer: maximumOutput,
      signal,
      windowsHide: true,
    } as const;
    const running = exec(command, limits, (error, stdout) => {
      if (signal.aborted) reject(signal.reason);
      else if (error?.killed) reject(failed(`has not ended within ${Math.round(within / 1000)} s`));
      else if (error?.code !== undefined) reject(failed(`gave no credentials (${error.code})`));
      else if (error) reject(failed(`gave no credentials (${error.signal})`));
      else resolve(stdout);
    });
    running.stdin?.end();
  });
  return keysIn(printed) ?? Promise.reject(failed('printed no credentials'));
}

function keysIn(printed: string): AccessKeys | TemporaryKeys | undefined {
  const fields = jsonFields(printed);
  const accessKeyId = fields.get('AccessKeyId');
  const secretAccessKey = fields.get('SecretAccessKey');
  const sessionToken = fields.get('SessionToken');
  const expiration = fields.get('Expiration');
  if (fields.get('Version') !== 1 || !isText(accessKeyId) || !isText(secretAccessKey)) return undefined;
  if (!isText(sessionToken)) return { accessKeyId, secretAccessKey };
  const keys = { accessKeyId, secretAccessKey, sessionToken };
  if (!isText(expiration)) return keys;
  const expiresAt = Date.parse(expiration);
  return Number.isNaN(expiresAt) ? undefined : { ...keys, expiresAt };
}
