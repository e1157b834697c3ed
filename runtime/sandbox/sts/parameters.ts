import type { PolicyDocument } from '../policy/document.js';
import { parsePolicy } from '../policy/document.js';
import { ServiceError } from '../service-error.js';
import { constraintError, validationError } from './wording.js';

/** What AssumeRole is asked for. */
export interface AssumeRoleInput {
  readonly roleArn: string;
  readonly sessionName: string;
  /** Seconds, as asked for or the default of 3600. */
  readonly durationSeconds: number;
  readonly externalId: string | undefined;
  readonly sourceIdentity: string | undefined;
  readonly tags: ReadonlyMap<string, string>;
  readonly transitiveTagKeys: readonly string[];
  readonly sessionPolicy: PolicyDocument | undefined;
}

export type Form = ReadonlyMap<string, string>;

const DEFAULT_SECONDS = 3600;
const SESSION_NAME = { least: 2, most: 64, pattern: /^[\w+=,.@-]*$/, written: '[\\w+=,.@-]*' };
/** STS API reference, AssumeRole. */
const constraints = {
  RoleArn: {
    least: 20,
    most: 2048,
    pattern: /^[\t\n\r\u0020-\u007e\u0085\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]+$/u,
    written: '[\\u0009…]+',
  },
  RoleSessionName: SESSION_NAME,
  ExternalId: { least: 2, most: 1224, pattern: /^[\w+=,.@:/-]*$/, written: '[\\w+=,.@:\\/-]*' },
  SourceIdentity: SESSION_NAME,
  Policy: {
    least: 1,
    most: 2048,
    pattern: /^[\t\n\r\u0020-\u00ff]+$/,
    written: '[\\u0009\\u000A\\u000D\\u0020-\\u00FF]+',
  },
};
const TAG_KEY = {
  least: 1,
  most: 128,
  pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]+$/u,
  written: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]+',
};
const TAG_VALUE = {
  least: 0,
  most: 256,
  pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u,
  written: '[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*',
};
const MAX_TAGS = 50;
const LEAST_SECONDS = 900;
const MOST_SECONDS = 43_200;

const honoured =
  /^(Action|Version|RoleArn|RoleSessionName|DurationSeconds|ExternalId|SourceIdentity|Policy|Tags\.member\.\d{1,2}\.(Key|Value)|TransitiveTagKeys\.member\.\d{1,2})$/;

/** What a form asks for, as the log tells it before anything is checked. */
export function askedFor(form: Form): Readonly<Record<string, unknown>> {
  const duration = form.get('DurationSeconds');
  const policy = form.get('Policy');
  const tags = [...members(form, 'Tags', '.Key')].map(([index, key]) => [
    key,
    form.get(`Tags.member.${index}.Value`) ?? '',
  ]);
  const transitive = [...members(form, 'TransitiveTagKeys', '').values()];
  return {
    roleArn: form.get('RoleArn'),
    sessionName: form.get('RoleSessionName'),
    ...(duration === undefined ? {} : { durationSeconds: /^\d+$/.test(duration) ? Number(duration) : duration }),
    ...(form.has('ExternalId') ? { externalId: form.get('ExternalId') } : {}),
    ...(form.has('SourceIdentity') ? { sourceIdentity: form.get('SourceIdentity') } : {}),
    ...(tags.length === 0 ? {} : { tags: Object.fromEntries(tags) }),
    ...(transitive.length === 0 ? {} : { transitiveTagKeys: transitive }),
    ...(policy === undefined ? {} : { policy: parsedOrText(policy) }),
  };
}

function parsedOrText(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** Checks every limit of AssumeRole that can be checked without knowing the role. Throws as STS does. */
export function assumeRoleInput(form: Form): AssumeRoleInput {
  const unknown = [...form.keys()].find((name) => !honoured.test(name));
  if (unknown !== undefined) throw validationError(`The sandbox does not play the parameter ${unknown} of AssumeRole.`);
  return {
    roleArn: required(form, 'RoleArn'),
    sessionName: required(form, 'RoleSessionName'),
    durationSeconds: durationOf(form.get('DurationSeconds')),
    externalId: optional(form, 'ExternalId'),
    sourceIdentity: optional(form, 'SourceIdentity'),
    tags: tagsOf(form),
    transitiveTagKeys: [...members(form, 'TransitiveTagKeys', '').values()],
    sessionPolicy: policyOf(optional(form, 'Policy')),
  };
}

type Constraint = typeof SESSION_NAME;

function required(form: Form, name: 'RoleArn' | 'RoleSessionName'): string {
  const value = optional(form, name);
  if (value === undefined)
    throw validationError(
      `1 validation error detected: Value null at '${memberOf(name)}' failed to satisfy constraint: Member must not be null`,
    );
  return value;
}

function optional(form: Form, name: keyof typeof constraints): string | undefined {
  const value = form.get(name);
  if (value !== undefined) check(value, memberOf(name), constraints[name]);
  return value;
}

function memberOf(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

function check(value: string, member: string, { least, most, pattern, written }: Constraint): void {
  if (value.length < least)
    throw constraintError(value, member, `Member must have length greater than or equal to ${least}`);
  if (value.length > most)
    throw constraintError(value, member, `Member must have length less than or equal to ${most}`);
  if (!pattern.test(value))
    throw constraintError(value, member, `Member must satisfy regular expression pattern: ${written}`);
}

function durationOf(text: string | undefined): number {
  if (text === undefined) return DEFAULT_SECONDS;
  if (!/^-?\d{1,10}$/.test(text)) throw validationError(`'${text}' is not a valid value for DurationSeconds`);
  const seconds = Number(text);
  if (seconds < LEAST_SECONDS)
    throw constraintError(text, 'durationSeconds', `Member must have value greater than or equal to ${LEAST_SECONDS}`);
  if (seconds > MOST_SECONDS)
    throw constraintError(text, 'durationSeconds', `Member must have value less than or equal to ${MOST_SECONDS}`);
  return seconds;
}

/** `NAME.member.1…`, by their number. */
function members(form: Form, name: string, suffix: string): ReadonlyMap<string, string> {
  const prefix = `${name}.member.`;
  const found = [...form].filter(([key]) => key.startsWith(prefix) && key.endsWith(suffix));
  return new Map(found.map(([key, value]) => [key.slice(prefix.length, key.length - suffix.length), value]));
}

function tagsOf(form: Form): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  const seen = new Set<string>();
  for (const [index, key] of members(form, 'Tags', '.Key')) {
    const value = form.get(`Tags.member.${index}.Value`) ?? '';
    check(key, `tags.${index}.member.key`, TAG_KEY);
    check(value, `tags.${index}.member.value`, TAG_VALUE);
    if (seen.has(key.toLowerCase())) {
      throw new ServiceError(
        400,
        'InvalidParameterValue',
        'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
      );
    }
    seen.add(key.toLowerCase());
    tags.set(key, value);
  }
  if (tags.size > MAX_TAGS)
    throw constraintError(String(tags.size), 'tags', `Member must have length less than or equal to ${MAX_TAGS}`);
  return tags;
}

function policyOf(text: string | undefined): PolicyDocument | undefined {
  if (text === undefined) return undefined;
  const { document, problems } = parsePolicy(parsedOrText(text), { kind: 'session' });
  if (problems.length > 0) {
    const [{ path, message }] = problems;
    throw new ServiceError(
      400,
      'MalformedPolicyDocument',
      path.length === 0 ? message : `${path.join('.')}: ${message}`,
    );
  }
  return document;
}
