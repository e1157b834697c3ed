import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type PolicyDocument, type PolicyUse, parsePolicy } from '../../../runtime/sandbox/policy/document.js';
import { type AccessRequest, type Caller, evaluate, type Policies } from '../../../runtime/sandbox/policy/evaluate.js';

/** A policy variable; written out, linters take it for a forgotten template. */
const variable = (key: string): string => `\${${key}}`;
const escapedStar = `a${variable('*')}b`;

const home = '111111111111';
const other = '222222222222';
const user: Caller = { kind: 'user', account: home, arn: `arn:aws:iam::${home}:user/u` };
const roleArn = `arn:aws:iam::${home}:role/r`;
const sessionArn = `arn:aws:sts::${home}:assumed-role/r/s`;
const session: Caller = { kind: 'session', account: home, arn: sessionArn, roleArn };
const object = 'arn:aws:s3:::b/k';

function read(statements: unknown, use: PolicyUse = { kind: 'identity' }): PolicyDocument {
  const { document, problems } = parsePolicy({ Version: '2012-10-17', Statement: statements }, use);
  assert.deepEqual(problems, []);
  return document;
}

const allowed = read({ Effect: 'Allow', Action: 's3:*', Resource: '*' });
const denied = read({ Effect: 'Deny', Action: 's3:GetObject', Resource: object, Sid: 'No' });
const nothing = read({ Effect: 'Allow', Action: 's3:PutObject', Resource: '*' });
const bucketPolicy = (principal: unknown, rest: Readonly<Record<string, unknown>> = {}): PolicyDocument =>
  read(
    { Effect: 'Allow', Principal: principal, Action: 's3:*', Resource: `${object}`, ...rest },
    { kind: 'bucket', bucket: 'b' },
  );
const trustPolicy = (principal: unknown): PolicyDocument =>
  read({ Effect: 'Allow', Principal: principal, Action: 'sts:AssumeRole' }, { kind: 'trust' });

function decide(caller: Caller, policies: Partial<Policies>, request: Partial<AccessRequest> = {}) {
  const { allowed: may, gate } = evaluate(
    { caller, action: 's3:GetObject', resource: object, resourceAccount: home, context: new Map(), ...request },
    { identity: [], session: undefined, resource: undefined, resourceGate: 'bucket-policy', ...policies },
  );
  return `${may ? 'yes' : 'no'}: ${gate}`;
}

describe('within one account', () => {
  const cases: readonly (readonly [string, Caller, Partial<Policies>, string])[] = [
    ['nothing is allowed by default', user, {}, 'no: identity-policy'],
    ['the identity policy suffices', user, { identity: [nothing, allowed] }, 'yes: identity-policy'],
    ['a bucket policy suffices', user, { resource: bucketPolicy({ AWS: user.arn }) }, 'yes: bucket-policy'],
    ['naming the account only delegates', user, { resource: bucketPolicy({ AWS: home }) }, 'no: identity-policy'],
    ['a deny of the identity wins', user, { identity: [allowed, denied] }, 'no: explicit-deny'],
    [
      'a deny of the bucket wins',
      user,
      { identity: [allowed], resource: bucketPolicy('*', { Effect: 'Deny' }) },
      'no: explicit-deny',
    ],
    ['a session policy cuts the role', session, { identity: [allowed], session: nothing }, 'no: session-policy'],
    ['a session policy grants nothing', session, { identity: [nothing], session: allowed }, 'no: identity-policy'],
    ['both together allow', session, { identity: [allowed], session: allowed }, 'yes: identity-policy'],
    [
      'a grant to the session is not cut',
      session,
      { session: nothing, resource: bucketPolicy({ AWS: sessionArn }) },
      'yes: bucket-policy',
    ],
    [
      'a grant to the role is cut',
      session,
      { session: nothing, resource: bucketPolicy({ AWS: roleArn }) },
      'no: session-policy',
    ],
    ['a grant to the role suffices', session, { resource: bucketPolicy({ AWS: roleArn }) }, 'yes: bucket-policy'],
    ['a deny in the session policy wins', session, { identity: [allowed], session: denied }, 'no: explicit-deny'],
    ['the public needs a bucket policy', { kind: 'anonymous' }, {}, 'no: bucket-policy'],
    ['everyone is the public too', { kind: 'anonymous' }, { resource: bucketPolicy('*') }, 'yes: bucket-policy'],
    ['the public is no account', { kind: 'anonymous' }, { resource: bucketPolicy({ AWS: home }) }, 'no: bucket-policy'],
  ];
  for (const [name, caller, policies, expected] of cases)
    it(name, () => assert.equal(decide(caller, policies), expected));
});

describe('across accounts', () => {
  const cases: readonly (readonly [string, Caller, Partial<Policies>, string])[] = [
    ['the identity alone does not suffice', user, { identity: [allowed] }, 'no: bucket-policy'],
    ['the bucket alone does not suffice', user, { resource: bucketPolicy({ AWS: user.arn }) }, 'no: identity-policy'],
    ['both do', user, { identity: [allowed], resource: bucketPolicy({ AWS: user.arn }) }, 'yes: bucket-policy'],
    [
      'the account may be named',
      user,
      { identity: [allowed], resource: bucketPolicy({ AWS: home }) },
      'yes: bucket-policy',
    ],
    [
      'the session policy counts even for a grant to the session',
      session,
      { identity: [allowed], session: nothing, resource: bucketPolicy({ AWS: sessionArn }) },
      'no: session-policy',
    ],
    [
      'NotPrincipal speaks of all others',
      user,
      {
        identity: [allowed],
        resource: read(
          { Effect: 'Allow', NotPrincipal: { AWS: user.arn }, Action: 's3:*', Resource: object },
          { kind: 'bucket', bucket: 'b' },
        ),
      },
      'no: bucket-policy',
    ],
  ];
  for (const [name, caller, policies, expected] of cases) {
    it(name, () => assert.equal(decide(caller, policies, { resourceAccount: other }), expected));
  }
});

describe('trust policies', () => {
  const assume = { action: 'sts:AssumeRole', resource: `arn:aws:iam::${home}:role/x` };
  const sts = read({ Effect: 'Allow', Action: 'sts:AssumeRole', Resource: '*' });
  const trusted = (principal: unknown, identity: readonly PolicyDocument[], account = home): string =>
    decide(
      user,
      { identity, resource: trustPolicy(principal), resourceGate: 'trust-policy' },
      { ...assume, resourceAccount: account },
    );

  it('are needed, whatever the identity may do', () => {
    assert.equal(trusted({ AWS: `arn:aws:iam::${home}:user/else` }, [sts]), 'no: trust-policy');
    assert.equal(trusted({ Service: 'ec2.amazonaws.com' }, [sts]), 'no: trust-policy');
  });
  it('suffice within the account when they name the principal, and delegate when they name the account', () => {
    assert.equal(trusted({ AWS: user.arn }, []), 'yes: trust-policy');
    assert.equal(trusted({ AWS: `arn:aws:iam::${home}:root` }, []), 'no: identity-policy');
    assert.equal(trusted({ AWS: `arn:aws:iam::${home}:root` }, [sts]), 'yes: trust-policy');
  });
  it('need the consent of the other account', () => {
    assert.equal(trusted({ AWS: user.arn }, [], other), 'no: identity-policy');
    assert.equal(trusted({ AWS: user.arn }, [sts], other), 'yes: trust-policy');
  });
});

describe('conditions', () => {
  const holds = (condition: unknown, values: Readonly<Record<string, string | readonly string[]>>): boolean => {
    const policy = read({ Effect: 'Allow', Action: 's3:*', Resource: '*', Condition: condition });
    const context = new Map(
      Object.entries(values).map(([key, value]) => [key.toLowerCase(), typeof value === 'string' ? [value] : value]),
    );
    return decide(user, { identity: [policy] }, { context }).startsWith('yes');
  };
  const cases: readonly (readonly [unknown, Readonly<Record<string, string | readonly string[]>>, boolean])[] = [
    [{ StringEquals: { 's3:prefix': ['a', 'b'] } }, { 's3:prefix': 'b' }, true],
    [{ StringEquals: { 's3:prefix': 'a*' } }, { 's3:prefix': 'ab' }, false],
    [{ StringEquals: { 's3:prefix': 'a' } }, {}, false],
    [{ StringEqualsIfExists: { 's3:prefix': 'a' } }, {}, true],
    [{ StringNotEquals: { 's3:prefix': 'a' } }, {}, true],
    [{ StringNotEquals: { 's3:prefix': ['a', 'b'] } }, { 's3:prefix': 'b' }, false],
    [{ StringEqualsIgnoreCase: { 'S3:Prefix': 'ABC' } }, { 's3:prefix': 'abc' }, true],
    [{ StringLike: { 's3:prefix': 'in/*/2?' } }, { 's3:prefix': 'in/x/y/23' }, true],
    [{ StringNotLike: { 's3:prefix': 'in/*' } }, { 's3:prefix': 'in/x' }, false],
    [
      { StringLike: { 's3:prefix': `${variable('aws:username')}/*` } },
      { 's3:prefix': 'ann/x', 'aws:username': 'ann' },
      true,
    ],
    [
      { StringLike: { 's3:prefix': `${variable('aws:username')}/*` } },
      { 's3:prefix': 'ann/x', 'aws:username': '*' },
      false,
    ],
    [{ StringLike: { 's3:prefix': `${variable('aws:username')}/*` } }, { 's3:prefix': 'ann/x' }, false],
    [{ StringLike: { 's3:prefix': `${variable("aws:username, 'ann'")}/*` } }, { 's3:prefix': 'ann/x' }, true],
    [{ StringLike: { 's3:prefix': escapedStar } }, { 's3:prefix': 'axb' }, false],
    [{ StringLike: { 's3:prefix': escapedStar } }, { 's3:prefix': 'a*b' }, true],
    [{ ArnLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/*' } }, { 'aws:PrincipalArn': roleArn }, true],
    [{ ArnLike: { 'aws:PrincipalArn': 'arn:aws:*:role/r' } }, { 'aws:PrincipalArn': roleArn }, false],
    [{ ArnNotEquals: { 'aws:PrincipalArn': roleArn } }, { 'aws:PrincipalArn': roleArn }, false],
    [{ NumericLessThanEquals: { 's3:max-keys': 10 } }, { 's3:max-keys': '10' }, true],
    [{ NumericGreaterThan: { 's3:max-keys': '10' } }, { 's3:max-keys': '9' }, false],
    [
      { DateLessThan: { 'aws:CurrentTime': '2026-01-01T00:00:00Z' } },
      { 'aws:CurrentTime': '2025-12-31T23:59:59Z' },
      true,
    ],
    [{ DateGreaterThan: { 'aws:EpochTime': '1700000000' } }, { 'aws:EpochTime': '1700000001' }, true],
    [{ Bool: { 'aws:SecureTransport': false } }, { 'aws:SecureTransport': 'false' }, true],
    [{ IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } }, { 'aws:SourceIp': '10.200.0.1' }, true],
    [{ NotIpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '::1'] } }, { 'aws:SourceIp': '127.0.0.1' }, true],
    [{ Null: { 's3:x-amz-acl': true } }, {}, true],
    [{ Null: { 's3:x-amz-acl': 'false' } }, {}, false],
    [{ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a', 'b'] } }, { 'aws:TagKeys': ['a', 'b'] }, true],
    [{ 'ForAllValues:StringEquals': { 'aws:TagKeys': ['a', 'b'] } }, { 'aws:TagKeys': ['a', 'c'] }, false],
    [{ 'ForAllValues:StringEquals': { 'aws:TagKeys': 'a' } }, {}, true],
    [{ 'ForAnyValue:StringLike': { 'aws:TagKeys': 'x*' } }, { 'aws:TagKeys': ['a', 'x1'] }, true],
    [{ 'ForAnyValue:StringLike': { 'aws:TagKeys': 'x*' } }, {}, false],
    [
      { StringEquals: { 's3:prefix': 'a' }, Bool: { 'aws:SecureTransport': 'true' } },
      { 's3:prefix': 'a', 'aws:SecureTransport': 'false' },
      false,
    ],
  ];
  for (const [condition, values, expected] of cases) {
    it(`${JSON.stringify(condition)} with ${JSON.stringify(values)}: ${expected}`, () =>
      assert.equal(holds(condition, values), expected));
  }
});

describe('actions and resources', () => {
  const may = (statement: Readonly<Record<string, unknown>>, action: string, resource: string): boolean =>
    decide(user, { identity: [read({ Effect: 'Allow', ...statement })] }, { action, resource }).startsWith('yes');

  it('match with wildcards, actions in any case, resources exactly', () => {
    assert.ok(may({ Action: 'S3:get*', Resource: 'arn:aws:s3:::b/in/*' }, 's3:GetObject', 'arn:aws:s3:::b/in/a/b'));
    assert.ok(!may({ Action: 's3:Get*', Resource: 'arn:aws:s3:::b/in/*' }, 's3:GetObject', 'arn:aws:s3:::b/IN/a'));
    assert.ok(!may({ Action: 's3:GetObject', Resource: 'arn:aws:s3:::b' }, 's3:GetObject', 'arn:aws:s3:::b/k'));
    assert.ok(may({ Action: 's3:*', Resource: 'arn:aws:s3:::b/?' }, 's3:GetObject', 'arn:aws:s3:::b/😀'));
  });
  it('are excepted by NotAction and NotResource', () => {
    assert.ok(!may({ NotAction: 's3:Delete*', Resource: '*' }, 's3:DeleteObject', 'arn:aws:s3:::b/k'));
    assert.ok(may({ NotAction: 's3:Delete*', Resource: '*' }, 's3:GetObject', 'arn:aws:s3:::b/k'));
    assert.ok(!may({ Action: '*', NotResource: 'arn:aws:s3:::b/*' }, 's3:GetObject', 'arn:aws:s3:::b/k'));
  });
  it('are matched in linear steps even against a hostile pattern', () => {
    assert.ok(
      !may(
        { Action: '*', Resource: `arn:aws:s3:::b/${'*a'.repeat(100)}` },
        's3:GetObject',
        `arn:aws:s3:::b/${'a'.repeat(1000)}b`,
      ),
    );
  });
  it('name the statement that decided', () => {
    const { statement } = evaluate(
      { caller: user, action: 's3:GetObject', resource: object, resourceAccount: home, context: new Map() },
      { identity: [allowed, denied], session: undefined, resource: undefined, resourceGate: 'bucket-policy' },
    );
    assert.equal(statement, 'identity-policy[1].Statement[0] No');
  });
});

describe('what a policy may not hold', () => {
  const good = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
  const cases: readonly (readonly [PolicyUse, unknown, string, RegExp])[] = [
    [{ kind: 'identity' }, { Version: '2020-01-01', Statement: good }, 'Version', /Version/],
    [{ kind: 'identity' }, { Statement: good, Extra: 1 }, 'Extra', /not an element/],
    [{ kind: 'identity' }, { Statement: [] }, 'Statement', /empty/],
    [{ kind: 'identity' }, { Statement: [good, { ...good, Effect: 'allow' }] }, 'Statement.1.Effect', /Effect/],
    [{ kind: 'identity' }, { Statement: { ...good, Actions: 'x' } }, 'Statement.Actions', /not an element/],
    [{ kind: 'identity' }, { Statement: { ...good, NotAction: 's3:*' } }, 'Statement', /exclude/],
    [
      { kind: 'identity' },
      { Statement: { ...good, Action: ['s3:GetObject', 's3:GetObjekt'] } },
      'Statement.Action.1',
      /GetObjekt/,
    ],
    [{ kind: 'identity' }, { Statement: { ...good, Action: 'ec2:*' } }, 'Statement.Action', /ec2/],
    [{ kind: 'identity' }, { Statement: { ...good, Resource: 'bucket/*' } }, 'Statement.Resource', /ARN/],
    [{ kind: 'identity' }, { Statement: { ...good, Principal: '*' } }, 'Statement.Principal', /can not stand/],
    [
      { kind: 'identity' },
      { Statement: { ...good, Condition: { StringEqual: { 's3:prefix': 'a' } } } },
      'Statement.Condition.StringEqual',
      /operator/,
    ],
    [
      { kind: 'identity' },
      { Statement: { ...good, Condition: { StringEquals: { 's3:prefx': 'a' } } } },
      'Statement.Condition.StringEquals.s3:prefx',
      /key/,
    ],
    [
      { kind: 'identity' },
      { Statement: { ...good, Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/33' } } } },
      'Statement.Condition.IpAddress.aws:SourceIp',
      /compare/,
    ],
    [
      { kind: 'identity' },
      { Version: '2012-10-17', Statement: { ...good, Resource: `arn:aws:s3:::${variable('aws:nobody')}/*` } },
      'Statement.Resource',
      /variable/,
    ],
    [{ kind: 'trust' }, { Statement: good }, 'Statement.Resource', /no "Resource"/],
    [
      { kind: 'trust' },
      { Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { Federated: 'x' } } },
      'Statement.Principal.Federated',
      /OIDC identity provider/,
    ],
    [
      { kind: 'trust' },
      { Statement: { Effect: 'Allow', Action: 'sts:AssumeRole', Principal: { CanonicalUser: 'x' } } },
      'Statement.Principal.CanonicalUser',
      /CanonicalUser/,
    ],
    [
      { kind: 'trust' },
      {
        Statement: {
          Effect: 'Allow',
          Action: 'sts:AssumeRole',
          Principal: { AWS: 'arn:aws:iam::111111111111:user/*' },
        },
      },
      'Statement.Principal.AWS',
      /wildcards/,
    ],
    [
      { kind: 'bucket', bucket: 'b' },
      { Statement: { ...good, Principal: '*', Resource: 'arn:aws:s3:::bb/*' } },
      'Statement.Resource',
      /not the bucket/,
    ],
    [
      { kind: 'bucket', bucket: 'b' },
      { Statement: { ...good, Resource: 'arn:aws:s3:::b/*' } },
      'Statement',
      /"Principal" is missing/,
    ],
    [{ kind: 'session' }, 'text', '', /JSON object/],
  ];
  for (const [use, policy, path, message] of cases) {
    it(`${use.kind}: ${message.source} at ${path}`, () => {
      const { problems } = parsePolicy(policy, use);
      const found = problems.map((problem) => ({ path: problem.path.join('.'), message: problem.message }));
      assert.ok(
        found.some((problem) => problem.path === path && message.test(problem.message)),
        JSON.stringify(found),
      );
    });
  }
});
