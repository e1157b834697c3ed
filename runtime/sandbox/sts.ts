import { AwsError } from './aws-error.js';
import type { RoleConfig, SandboxConfig } from './config.js';
import type { RequestContext } from './policy/conditions.js';
import type { Policy } from './policy/document.js';
import { type Decision, evaluateTrust } from './policy/evaluate.js';
import { readPolicy } from './policy/read.js';
import type { Credentials, Principals } from './principals.js';
import { type XmlElements, xmlDocument } from './xml.js';

export interface StsRequest {
  readonly parameters: ReadonlyMap<string, string>;
  readonly credentials: Credentials;
  readonly context: ReadonlyMap<string, readonly string[]>;
  readonly now: number;
}

export interface StsReply {
  readonly body: string;
  readonly decision: Decision | undefined;
}

const NAMESPACE = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** Limits of AssumeRole (STS API reference). */
const SESSION_NAME = /^[\w+=,.@-]{2,64}$/;
const EXTERNAL_ID = /^[\w+=,.@:/-]{2,1224}$/;
const TAG_KEY = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u;
const TAG_VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u;
const POLICY = /^[\t\n\r -ÿ]{1,2048}$/;
const MAX_TAGS = 50;
const LEAST_SECONDS = 900;
const MOST_SECONDS = 43_200;
const CHAINED_SECONDS = 3600;
const DEFAULT_SECONDS = 3600;

/** What an AssumeRole request asks for, for the audit log and the call itself. */
export interface AssumeRoleParameters {
  readonly roleArn: string;
  readonly sessionName: string;
  readonly durationSeconds: number;
  readonly externalId: string | undefined;
  readonly sourceIdentity: string | undefined;
  readonly tags: Readonly<Record<string, string>>;
  readonly transitiveTagKeys: readonly string[];
  readonly policy: string | undefined;
}

export function assumeRoleParameters(parameters: ReadonlyMap<string, string>): AssumeRoleParameters {
  const members = (name: string): string[] => {
    const values: string[] = [];
    for (let n = 1; parameters.has(`${name}.member.${n}`); n++)
      values.push(parameters.get(`${name}.member.${n}`) ?? '');
    return values;
  };
  const tags: Record<string, string> = {};
  for (let n = 1; parameters.has(`Tags.member.${n}.Key`); n++) {
    tags[parameters.get(`Tags.member.${n}.Key`) ?? ''] = parameters.get(`Tags.member.${n}.Value`) ?? '';
  }
  return {
    roleArn: parameters.get('RoleArn') ?? '',
    sessionName: parameters.get('RoleSessionName') ?? '',
    durationSeconds: Number(parameters.get('DurationSeconds') ?? DEFAULT_SECONDS),
    externalId: parameters.get('ExternalId'),
    sourceIdentity: parameters.get('SourceIdentity'),
    tags,
    transitiveTagKeys: members('TransitiveTagKeys'),
    policy: parameters.get('Policy'),
  };
}

export function assumeRole(
  request: StsRequest,
  config: SandboxConfig,
  principals: Principals,
  onDecision: (decision: Decision) => void,
): string {
  const { credentials, now } = request;
  const asked = assumeRoleParameters(request.parameters);
  validate(asked, request.parameters);
  const role = config.roles.find(({ arn }) => arn === asked.roleArn);
  const decision = role
    ? decide(asked, role, request)
    : { allowed: false, gate: 'trust-policy' as const, statement: undefined };
  onDecision(decision);
  if (!role || !decision.allowed) throw denied(credentials.caller.arn, 'sts:AssumeRole', asked.roleArn);

  const chained = credentials.token !== undefined;
  if (chained && asked.durationSeconds > CHAINED_SECONDS) {
    throw invalid('The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining');
  }
  if (asked.durationSeconds > role.maxSessionDuration) {
    throw invalid('The requested DurationSeconds exceeds the MaxSessionDuration set for this role.');
  }
  const inherited = Object.fromEntries(credentials.transitiveTagKeys.map((key) => [key, credentials.tags[key]]));
  const clash = Object.keys(asked.tags).find((key) => key in inherited);
  if (clash !== undefined) throw invalidParameter(`The transitive tag ${clash} can not be set again`);
  const session = principals.begin({
    roleArn: role.arn,
    sessionName: asked.sessionName,
    expiration: now + asked.durationSeconds * 1000 * config.sessionTimeScale,
    sessionPolicy: asked.policy === undefined ? undefined : sessionPolicy(asked.policy),
    sourceIdentity: asked.sourceIdentity ?? credentials.sourceIdentity,
    tags: { ...inherited, ...asked.tags },
    transitiveTagKeys: [...credentials.transitiveTagKeys, ...asked.transitiveTagKeys],
  });
  return reply('AssumeRole', {
    AssumedRoleUser: { Arn: session.caller.arn, AssumedRoleId: session.userId },
    Credentials: {
      AccessKeyId: session.accessKeyId,
      SecretAccessKey: session.secretKey,
      SessionToken: session.token,
      Expiration: new Date(session.expiration).toISOString(),
    },
    SourceIdentity: session.sourceIdentity,
  });
}

function validate(asked: AssumeRoleParameters, parameters: ReadonlyMap<string, string>): void {
  const check = (holds: boolean, name: string, rule: string): void => {
    if (!holds) throw invalid(`1 validation error detected: Value at '${name}' failed to satisfy constraint: ${rule}`);
  };
  check(/^arn:aws[\w-]*:iam::[0-9]{12}:role\/.+$/.test(asked.roleArn), 'roleArn', 'Member must be the ARN of a role');
  check(
    SESSION_NAME.test(asked.sessionName),
    'roleSessionName',
    'Member must satisfy regular expression pattern: [\\w+=,.@-]*',
  );
  check(
    asked.durationSeconds >= LEAST_SECONDS,
    'durationSeconds',
    `Member must have value greater than or equal to ${LEAST_SECONDS}`,
  );
  check(
    asked.durationSeconds <= MOST_SECONDS,
    'durationSeconds',
    `Member must have value less than or equal to ${MOST_SECONDS}`,
  );
  check(Number.isInteger(asked.durationSeconds), 'durationSeconds', 'Member must be an integer');
  if (asked.externalId !== undefined)
    check(
      EXTERNAL_ID.test(asked.externalId),
      'externalId',
      'Member must satisfy regular expression pattern: [\\w+=,.@:\\/-]*',
    );
  if (asked.sourceIdentity !== undefined)
    check(
      SESSION_NAME.test(asked.sourceIdentity),
      'sourceIdentity',
      'Member must satisfy regular expression pattern: [\\w+=,.@-]*',
    );
  if (asked.policy !== undefined)
    check(POLICY.test(asked.policy), 'policy', 'Member must have length between 1 and 2048 and allowed characters');
  const tags = Object.entries(asked.tags);
  check(tags.length <= MAX_TAGS, 'tags', `Member must have length less than or equal to ${MAX_TAGS}`);
  for (const [key, value] of tags)
    check(TAG_KEY.test(key) && TAG_VALUE.test(value), 'tags', 'Member must satisfy the patterns of tags');
  for (const name of parameters.keys()) {
    if (name.startsWith('PolicyArns.') || name === 'SerialNumber' || name === 'TokenCode')
      throw new AwsError('NotImplemented', 501, `The sandbox does not know ${name}.`);
  }
}

function decide(asked: AssumeRoleParameters, role: RoleConfig, { credentials, context }: StsRequest): Decision {
  const added = new Map<string, readonly string[]>(context);
  added.set('sts:rolesessionname', [asked.sessionName]);
  if (asked.externalId !== undefined) added.set('sts:externalid', [asked.externalId]);
  if (asked.sourceIdentity !== undefined) added.set('sts:sourceidentity', [asked.sourceIdentity]);
  const keys = Object.keys(asked.tags);
  if (keys.length > 0) added.set('aws:tagkeys', keys);
  for (const [key, value] of Object.entries(asked.tags)) added.set(`aws:requesttag/${key.toLowerCase()}`, [value]);
  const needed = [
    'sts:AssumeRole',
    ...(keys.length > 0 ? ['sts:TagSession'] : []),
    ...(asked.sourceIdentity === undefined ? [] : ['sts:SetSourceIdentity']),
  ];
  const request = { caller: credentials.caller, resource: role.arn, context: added satisfies RequestContext };
  const owner = { account: role.account, policy: undefined };
  const decisions = needed.map((action) => evaluateTrust({ ...request, action, owner }, role.trust));
  return decisions.find(({ allowed }) => !allowed) ?? decisions[0];
}

function sessionPolicy(text: string): Policy {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    throw new AwsError('MalformedPolicyDocument', 400, 'Syntax errors in policy.');
  }
  const { policy, problems } = readPolicy(document, 'session');
  if (problems.length > 0) throw new AwsError('MalformedPolicyDocument', 400, problems[0].message);
  return policy;
}

export function getCallerIdentity({ credentials }: StsRequest): string {
  const { caller, userId } = credentials;
  return reply('GetCallerIdentity', { Arn: caller.arn, UserId: userId, Account: caller.account });
}

function denied(arn: string, action: string, resource: string): AwsError {
  return new AwsError(
    'AccessDenied',
    403,
    `User: ${arn} is not authorized to perform: ${action} on resource: ${resource}`,
  );
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationError', 400, message);
}

function invalidParameter(message: string): AwsError {
  return new AwsError('InvalidParameterValue', 400, message);
}

function reply(action: string, result: XmlElements): string {
  return xmlDocument(
    `${action}Response`,
    { [`${action}Result`]: result, ResponseMetadata: { RequestId: 'sandbox' } },
    NAMESPACE,
  );
}

export function stsError({ code, message, status }: AwsError, requestId: string): string {
  const type = status < 500 ? 'Sender' : 'Receiver';
  return xmlDocument(
    'ErrorResponse',
    { Error: { Type: type, Code: code, Message: message }, RequestId: requestId },
    NAMESPACE,
  );
}
