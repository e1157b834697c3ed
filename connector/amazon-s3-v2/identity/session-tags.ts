import type { PropertyProblem, PropertyValues } from '../../../runtime/connector-api.js';
import { identityProblem } from './identity-properties.js';

export interface SessionTag {
  readonly key: string;
  readonly value: string;
  /** Goes on to the sessions that this one assumes. */
  readonly transitive: boolean;
}

export type TagsResult =
  | { readonly ok: true; readonly tags: readonly SessionTag[] }
  | { readonly ok: false; readonly problems: readonly PropertyProblem[] };

/** Limits of AssumeRole's Tags (STS API reference); keys are told apart without regard to case. */
const maximumTags = 50;
const maximumKeyLength = 128;
const maximumValueLength = 256;
const tagCharacters = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** The session tags of a connection, in the order they are written; what only STS knows (their packed size) it will say. */
export function sessionTagsOf(connection: PropertyValues): TagsResult {
  const given = Object.entries(isObject(connection.sessionTags) ? connection.sessionTags : {});
  const transitiveKeys = Array.isArray(connection.transitiveTagKeys) ? connection.transitiveTagKeys.map(String) : [];
  const problems: PropertyProblem[] = [];
  const refuse = (id: string, reason: string) =>
    problems.push(identityProblem('SESSION_TAGS_INVALID', 'connection', id, reason));

  if (given.length > maximumTags) {
    refuse('sessionTags', `there are ${given.length} session tags; STS takes ${maximumTags}`);
  }
  const seen = new Set<string>();
  for (const [key, value] of given) {
    const reason = keyRefusal(key) ?? valueRefusal(String(value));
    if (reason !== undefined) refuse('sessionTags', `session tag "${key}": ${reason}`);
    if (seen.has(key.toLowerCase())) refuse('sessionTags', `session tag "${key}" stands here in another case, too`);
    seen.add(key.toLowerCase());
  }
  for (const key of transitiveKeys) {
    if (!given.some(([name]) => name === key)) {
      refuse('transitiveTagKeys', `"${key}" is to be transitive, and there is no session tag of that key`);
    }
  }
  if (problems.length > 0) return { ok: false, problems };
  const tags = given.map(([key, value]) => ({ key, value: String(value), transitive: transitiveKeys.includes(key) }));
  return { ok: true, tags };
}

function keyRefusal(key: string): string | undefined {
  if (key === '' || key.length > maximumKeyLength) return `a key has 1 to ${maximumKeyLength} characters`;
  if (/^aws:/i.test(key)) return 'keys that begin with "aws:" belong to AWS';
  return tagCharacters.test(key) ? undefined : 'a key has letters, digits, spaces and _.:/=+-@';
}

function valueRefusal(value: string): string | undefined {
  if (value.length > maximumValueLength) return `a value has at most ${maximumValueLength} characters`;
  return tagCharacters.test(value) ? undefined : 'a value has letters, digits, spaces and _.:/=+-@';
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
