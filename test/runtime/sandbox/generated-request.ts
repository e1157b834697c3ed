import type { Caller } from '../../../runtime/sandbox/policy/evaluate.js';
import { type Random, randomOf } from '../differential/random.js';

type Context = Record<string, string | string[]>;
type Fields = Readonly<Record<string, unknown>>;

/** A request and the policies that have a say in it, for two evaluators to decide. */
export interface GeneratedRequest {
  readonly caller: Extract<Caller, { arn: string }>;
  readonly action: string;
  readonly resource: string;
  readonly resourceAccount: string;
  readonly context: Context;
  readonly assumesRole: boolean;
  readonly identity: readonly unknown[];
  readonly session: unknown;
  /** Of the bucket, or the role's trust. */
  readonly resourcePolicy: unknown;
  readonly policies: readonly unknown[];
}

const home = '111111111111';
const other = '222222222222';
const roleArn = `arn:aws:iam::${home}:role/r`;
const sessionArn = `arn:aws:sts::${home}:assumed-role/r/sess`;
const userArn = `arn:aws:iam::${home}:user/u`;
const accountArn = `arn:aws:iam::${home}:root`;
const team = `\${aws:PrincipalTag/team}`;

export function generatedRequest(seed: number): GeneratedRequest {
  const random = randomOf(seed);
  const assumesRole = random.chance(0.2);
  const isSession = random.chance(0.6);
  const resourceAccount = random.chance(0.65) ? home : other;
  const resource = assumesRole
    ? `arn:aws:iam::${resourceAccount}:role/target`
    : random.pick(['arn:aws:s3:::b/in/a', 'arn:aws:s3:::b/out/u', 'arn:aws:s3:::b/in/team1/x']);
  const action = assumesRole ? 'sts:AssumeRole' : random.pick(['s3:GetObject', 's3:PutObject', 's3:DeleteObject']);
  const target: Target = { random, assumesRole, resource };
  const identity = Array.from({ length: random.below(4) }, () => document(random, () => ownStatement(target, 0.15)));
  const session = isSession && random.chance(0.5) ? document(random, () => ownStatement(target, 0.1)) : undefined;
  const resourcePolicy =
    assumesRole || random.chance(0.65) ? document(random, () => resourceStatement(target)) : undefined;
  return {
    caller: isSession
      ? { kind: 'session', account: home, arn: sessionArn, roleArn }
      : { kind: 'user', account: home, arn: userArn },
    action,
    resource,
    resourceAccount,
    context: contextOf(random, assumesRole, isSession ? roleArn : userArn),
    assumesRole,
    identity,
    session,
    resourcePolicy,
    policies: [...identity, session, resourcePolicy],
  };
}

interface Target {
  readonly random: Random;
  readonly assumesRole: boolean;
  readonly resource: string;
}

function contextOf(random: Random, assumesRole: boolean, principalArn: string): Context {
  const context: Context = { 'aws:PrincipalArn': principalArn };
  const maybe = (key: string, values: readonly (string | string[])[]): void => {
    if (random.chance(0.6)) context[key] = random.pick(values);
  };
  maybe('aws:SourceIp', ['10.1.2.3', '127.0.0.1']);
  maybe('aws:SecureTransport', ['true', 'false']);
  maybe('aws:CurrentTime', ['2025-05-01T00:00:00Z', '2026-05-01T00:00:00Z']);
  maybe('aws:PrincipalTag/team', ['team1', 'u', '*']);
  maybe('aws:UserAgent', ['cli', 'SDK']);
  maybe('aws:TagKeys', [['a'], ['a', 'b'], ['x1', 'b']]);
  if (assumesRole) maybe('sts:ExternalId', ['x1', 'y2']);
  return context;
}

function document(random: Random, statement: () => Fields): Fields {
  return { Version: '2012-10-17', Statement: Array.from({ length: 1 + random.below(2) }, statement) };
}

function ownStatement(target: Target, denies: number): Fields {
  const { random, assumesRole, resource } = target;
  const actions: readonly Fields[] = assumesRole
    ? [{ Action: 'sts:AssumeRole' }, { Action: 'sts:*' }, { Action: '*' }, { NotAction: 'sts:TagSession' }]
    : objectActions;
  const resources: readonly Fields[] = assumesRole
    ? [
        { Resource: '*' },
        { Resource: resource },
        { NotResource: 'arn:aws:iam::*:role/other' },
        { Resource: 'arn:aws:iam::*:role/t*' },
      ]
    : [
        { Resource: '*' },
        { Resource: 'arn:aws:s3:::b/*' },
        { Resource: 'arn:aws:s3:::b/in/*' },
        { NotResource: 'arn:aws:s3:::b/out/*' },
        { Resource: ['arn:aws:s3:::b/out/?', 'arn:aws:s3:::b/in/a'] },
        { Resource: `arn:aws:s3:::b/in/${team}/*` },
        { Resource: `arn:aws:s3:::b/out/${team}` },
      ];
  return { ...effect(random, denies), ...random.pick(actions), ...random.pick(resources), ...conditionOf(target) };
}

const objectActions: readonly Fields[] = [
  { Action: 's3:*' },
  { Action: '*' },
  { Action: 's3:Get*' },
  { Action: ['s3:PutObject', 's3:GetObject'] },
  { Action: 'S3:getobject' },
  { Action: 's3:?etObject' },
  { NotAction: 's3:Delete*' },
  { NotAction: ['s3:GetObject'] },
];

function effect(random: Random, denies: number): { readonly Effect: 'Allow' | 'Deny' } {
  return { Effect: random.chance(denies) ? 'Deny' : 'Allow' };
}

function resourceStatement(target: Target): Fields {
  const { random, assumesRole, resource } = target;
  const { Effect } = effect(random, 0.12);
  const scope: Fields = assumesRole
    ? { Action: random.pick(['sts:AssumeRole', 'sts:*']) }
    : {
        ...random.pick(objectActions),
        ...random.pick<Fields>([
          { Resource: 'arn:aws:s3:::b/*' },
          { Resource: resource },
          { Resource: 'arn:aws:s3:::b/in/*' },
          { NotResource: 'arn:aws:s3:::b/out/*' },
        ]),
      };
  return { Effect, ...principalOf(random, Effect), ...scope, ...conditionOf(target) };
}

function principalOf(random: Random, of: 'Allow' | 'Deny'): Fields {
  // AWS wants a session's role and account named beside it (IAM user guide, NotPrincipal).
  const spared = [[userArn, accountArn], [roleArn, sessionArn, accountArn], [`arn:aws:iam::${other}:root`]];
  if (of === 'Deny' && random.chance(0.3)) return { NotPrincipal: { AWS: random.pick(spared) } };
  const aws = ['*', roleArn, sessionArn, userArn, home, accountArn, `arn:aws:iam::${home}:user/none`, other];
  return { Principal: random.pick<unknown>(['*', { AWS: [userArn, roleArn] }, ...aws.map((AWS) => ({ AWS }))]) };
}

function conditionOf({ random, assumesRole }: Target): Fields {
  const condition: Record<string, Record<string, unknown>> = {};
  for (let count = random.pick([0, 0, 0, 1, 1, 2]); count > 0; count--) {
    const [operator, key, value] = oneCondition(random, assumesRole);
    condition[operator] = { ...condition[operator], [key]: value };
  }
  return Object.keys(condition).length === 0 ? {} : { Condition: condition };
}

function oneCondition(random: Random, assumesRole: boolean): readonly [string, string, unknown] {
  const suffix = random.chance(0.25) ? 'IfExists' : '';
  const plain = random.pick(['StringEquals', 'StringNotEquals', 'StringLike', 'StringNotLike']);
  const text = random.pick([plain, 'StringEqualsIgnoreCase', 'StringNotEqualsIgnoreCase']);
  const texts = ['cli', 'SDK', 'c*', 'team1', ['sdk', 'cli'], ['u', 'team?'], team];
  const arns = [roleArn, userArn, 'arn:aws:iam::*:role/*', `arn:aws:iam::${home}:*`];
  const arnOperator = random.pick(['ArnLike', 'ArnEquals', 'ArnNotLike', 'ArnNotEquals']);
  const dateOperator = random.pick(['DateLessThan', 'DateGreaterThan', 'DateGreaterThanEquals']);
  const several = random.pick(['ForAllValues:', 'ForAnyValue:']) + plain;
  return random.pick<readonly [string, string, unknown]>([
    [text + suffix, random.pick(['aws:UserAgent', 'aws:PrincipalTag/team']), random.pick(texts)],
    [random.pick(['IpAddress', 'NotIpAddress']) + suffix, 'aws:SourceIp', random.pick(['10.0.0.0/8', '127.0.0.1/32'])],
    [arnOperator + suffix, 'aws:PrincipalArn', random.pick(arns)],
    [`Bool${suffix}`, 'aws:SecureTransport', random.pick(['true', 'false'])],
    [dateOperator + suffix, 'aws:CurrentTime', random.pick(['2025-12-31T00:00:00Z', '2026-05-01T00:00:00Z'])],
    ['Null', random.pick(['aws:SourceIp', 'aws:TagKeys', 'aws:UserAgent']), random.pick(['true', 'false'])],
    [several + suffix, 'aws:TagKeys', random.pick<unknown>(['a', ['a', 'b'], 'x*', '*'])],
    ...(assumesRole ? [[plain + suffix, 'sts:ExternalId', random.pick<unknown>(['x1', 'x*'])] as const] : []),
  ]);
}
