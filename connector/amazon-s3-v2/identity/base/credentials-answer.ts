import type { TemporaryKeys } from '../temporary-keys.js';
import { jsonFields } from './link-local-service.js';

/** The credentials in an answer of instance metadata or of a container endpoint (both have the same fields), if it holds any. */
export function credentialsIn(answer: string): TemporaryKeys | undefined {
  const fields = jsonFields(answer);
  const [accessKeyId, secretAccessKey, sessionToken, expiration] = [
    'AccessKeyId',
    'SecretAccessKey',
    'Token',
    'Expiration',
  ].map((name) => fields.get(name));
  if (!isText(accessKeyId) || !isText(secretAccessKey) || !isText(sessionToken) || !isText(expiration))
    return undefined;
  const expiresAt = Date.parse(expiration);
  if (Number.isNaN(expiresAt)) return undefined;
  return { accessKeyId, secretAccessKey, sessionToken, expiresAt };
}

/** `Code` and `Message` with which such a service says why it gives no credentials. */
export function refusalIn(answer: string): string | undefined {
  const fields = jsonFields(answer);
  const [code, message] = ['Code', 'Message'].map((name) => fields.get(name) ?? fields.get(name.toLowerCase()));
  const parts = [code, message].filter(isText).map((part) => part.slice(0, 300));
  return parts.length === 0 ? undefined : parts.join(': ');
}

export function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
