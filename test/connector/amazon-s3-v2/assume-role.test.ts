import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { inspect } from 'node:util';
import { type AssumedRole, roleAssumer } from '../../../connector/amazon-s3-v2/identity/assume-role.js';
import type { BaseIdentity } from '../../../connector/amazon-s3-v2/identity/base/base-identity.js';
import { baseKeys } from '../../../connector/amazon-s3-v2/identity/base/base-keys.js';
import type { Warning } from '../../../runtime/connector-api.js';
import { testClock } from '../test-clock.js';
import { baseAccess } from './base-access.js';
import {
  type Answer,
  grant,
  reply,
  reset,
  type ScriptedService,
  type SeenRequest,
  scriptedService,
  silence,
  stsError,
} from './scripted-service.js';

const user: BaseIdentity = {
  kind: 'iam-user',
  keys: { accessKeyId: 'AKIAMOVER', secretAccessKey: 'user-secret-key' },
};
const role: AssumedRole = {
  roleArn: 'arn:aws:iam::111122223333:role/reader',
  externalId: undefined,
  duration: 7200,
  sessionName: 'm.t.r',
  policy: undefined,
  tags: [],
  sourceIdentity: undefined,
};

async function withSts<T>(
  answer: (request: SeenRequest, count: number) => Answer,
  work: (sts: ScriptedService) => Promise<T>,
): Promise<T> {
  const sts = await scriptedService(answer);
  try {
    return await work(sts);
  } finally {
    await sts.close();
  }
}

function assumerFor(sts: ScriptedService, options: { role?: Partial<AssumedRole>; base?: BaseIdentity } = {}) {
  const clock = testClock({ patience: 10_000 });
  const warnings: Warning[] = [];
  const access = baseAccess(sts.endpoint, clock, { warn: (warning) => warnings.push(warning) });
  const assumer = roleAssumer({ ...role, ...options.role }, baseKeys(options.base ?? user, access), access.sts);
  return { assumer, clock, warnings };
}

const formOf = ({ body }: SeenRequest) => Object.fromEntries(new URLSearchParams(body.toString()));

describe('roleAssumer', () => {
  it('asks for exactly what is set, encoded so that STS reads it back', async () => {
    const externalId = 'a+b=c,d.e@f:g/h-i';
    const policy = '{"Version":"2012-10-17","Statement":[]}';
    await withSts(
      () => grant(7200),
      async (sts) => {
        await assumerFor(sts, { role: { externalId, policy } }).assumer.assume();
        assert.deepEqual(formOf(sts.seen[0]), {
          Action: 'AssumeRole',
          Version: '2011-06-15',
          RoleArn: role.roleArn,
          RoleSessionName: 'm.t.r',
          DurationSeconds: '7200',
          ExternalId: externalId,
          Policy: policy,
        });
        assert.match(String(sts.seen[0].headers.authorization), /Credential=AKIAMOVER\/\d{8}\/eu-west-1\/sts\//);
      },
    );
  });

  it('leaves out what is not set', async () => {
    await withSts(
      () => grant(7200),
      async (sts) => {
        await assumerFor(sts).assumer.assume();
        assert.ok(!('ExternalId' in formOf(sts.seen[0])) && !('Policy' in formOf(sts.seen[0])));
      },
    );
  });

  it('sends session tags, which of them are transitive, and the source identity', async () => {
    const tags = [
      { key: 'team', value: 'a b/c', transitive: true },
      { key: 'Cost:Centre', value: '', transitive: false },
    ];
    await withSts(
      () => grant(7200),
      async (sts) => {
        await assumerFor(sts, { role: { tags, sourceIdentity: 'night@shift' } }).assumer.assume();
        const form = formOf(sts.seen[0]);
        assert.deepEqual(
          [
            form['Tags.member.1.Key'],
            form['Tags.member.1.Value'],
            form['Tags.member.2.Key'],
            form['Tags.member.2.Value'],
          ],
          ['team', 'a b/c', 'Cost:Centre', ''],
        );
        assert.equal(form['TransitiveTagKeys.member.1'], 'team');
        assert.equal(form['TransitiveTagKeys.member.2'], undefined);
        assert.equal(form.SourceIdentity, 'night@shift');
      },
    );
  });

  it('takes no session that has ended already, which would be renewed without end', async () => {
    await withSts(
      () => grant(0),
      async (sts) => {
        await assert.rejects(assumerFor(sts).assumer.assume(), { code: 'STS_REQUEST_FAILED' });
        assert.equal(sts.seen.length, 1);
      },
    );
  });

  it("takes the lifetime from the answer's own clock", async () => {
    const date = new Date('2031-05-05T05:05:05Z');
    await withSts(
      () => grant(1800, { date }),
      async (sts) => {
        const { keys, lifetime, principalArn } = await assumerFor(sts).assumer.assume();
        assert.equal(lifetime, 1_800_000);
        assert.equal(keys.accessKeyId, 'ASIATEST');
        assert.equal(principalArn, 'arn:aws:sts::111122223333:assumed-role/reader/s');
      },
    );
  });

  it('asks once more for 3600 s where chaining allows no more, says so, and remembers it', async () => {
    const refusal = 'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining';
    await withSts(
      (request) =>
        formOf(request).DurationSeconds === '3600' ? grant(3600) : stsError(400, 'ValidationError', refusal),
      async (sts) => {
        const { assumer, warnings } = assumerFor(sts);
        await assumer.assume();
        await assumer.assume();
        assert.deepEqual(
          sts.seen.map((request) => formOf(request).DurationSeconds),
          ['7200', '3600', '3600'],
        );
        assert.equal(assumer.calls(), 3);
        assert.deepEqual(
          warnings.map(({ code }) => code),
          ['CHAINED_DURATION_CAPPED'],
        );
        assert.match(warnings[0].message, /7200 s.*3600 s/);
      },
    );
  });

  for (const [code, status, name, message] of [
    ['ASSUME_ROLE_DENIED', 403, 'AccessDenied', 'User: x is not authorized to perform: sts:AssumeRole'],
    [
      'DURATION_EXCEEDS_ROLE',
      400,
      'ValidationError',
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    ],
    ['BASE_KEY_UNKNOWN', 403, 'InvalidClientTokenId', 'The security token included in the request is invalid.'],
    ['BASE_SECRET_WRONG', 403, 'SignatureDoesNotMatch', 'The request signature we calculated does not match'],
    ['CLOCK_SKEW', 403, 'SignatureDoesNotMatch', 'Signature expired: 20260101T000000Z is now earlier than'],
    ['BASE_SESSION_EXPIRED', 403, 'ExpiredToken', 'The security token included in the request is expired'],
    ['SESSION_POLICY_REFUSED', 400, 'MalformedPolicyDocument', 'Syntax errors in policy.'],
    ['SESSION_POLICY_REFUSED', 400, 'PackedPolicyTooLarge', 'too large'],
    [
      'SESSION_TAGS_INVALID',
      400,
      'PackedPolicyTooLarge',
      'Packed size of session tags consumes 112% of allotted space.',
    ],
    ['STS_REGION_DISABLED', 403, 'RegionDisabledException', 'STS is not activated in this region'],
    ['STS_REQUEST_FAILED', 400, 'ValidationError', 'something else'],
  ] as const) {
    it(`explains ${name} (${message.slice(0, 40)}…) as ${code}, without asking again`, async () => {
      await withSts(
        () => stsError(status, name, message),
        async (sts) => {
          const { assumer } = assumerFor(sts, { role: { duration: 7200, externalId: 'the-external-id' } });
          await assert.rejects(assumer.assume(), (error) => {
            assert.ok(error instanceof Error && 'code' in error && 'remedy' in error);
            assert.equal(error.code, code);
            if (code === 'DURATION_EXCEEDS_ROLE') assert.match(String(error.remedy), /3600 s.*7200 s/);
            assert.doesNotMatch(inspect(error, { depth: 10, showHidden: true }), /user-secret-key/);
            return true;
          });
          assert.equal(sts.seen.length, 1);
        },
      );
    });
  }

  it('understands a refusal that has no ErrorResponse around it', async () => {
    const bare = '<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message></Message></Error>';
    await withSts(
      () => reply(403, bare, { 'content-type': 'application/xml' }),
      async (sts) => {
        const { assumer } = assumerFor(sts);
        await assert.rejects(assumer.assume(), { code: 'ASSUME_ROLE_DENIED', message: /: no reason is given$/ });
      },
    );
  });

  it('tries again after an answer that means later, and after a broken connection', async () => {
    const answers = [reply(503, 'busy'), reset, stsError(400, 'Throttling', 'Rate exceeded'), grant(900)];
    await withSts(
      (_, count) => answers[count - 1],
      async (sts) => {
        const { assumer } = assumerFor(sts);
        await assumer.assume();
        assert.equal(assumer.calls(), 4);
      },
    );
  });

  it('corrects its time where the clock of this machine is off', async () => {
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    const skewed =
      '<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>Signature expired</Message></Error></ErrorResponse>';
    await withSts(
      (_, count) => (count === 1 ? reply(403, skewed, { date, 'content-type': 'text/xml' }) : grant(900)),
      async (sts) => {
        await assumerFor(sts).assumer.assume();
        const [first, second] = sts.seen.map(({ headers }) => String(headers['x-amz-date']));
        assert.notEqual(first.slice(0, 11), second.slice(0, 11));
      },
    );
  });

  it('gives up an answer that does not come, and says where it was waited for', async () => {
    await withSts(
      () => silence,
      async (sts) => {
        const { assumer, clock } = assumerFor(sts);
        const failed = assert.rejects(assumer.assume(), (error) => {
          assert.ok(error instanceof Error && 'code' in error);
          assert.equal(error.code, 'STS_UNREACHABLE');
          assert.ok(error.message.includes(sts.endpoint));
          return true;
        });
        for (let tries = 1; tries <= 8; tries++) {
          while (sts.seen.length < tries) await new Promise((resolve) => setTimeout(resolve, 1));
          await clock.advance(15_000);
        }
        await failed;
      },
    );
  });
});

describe('the EC2 role as base', () => {
  const metadata = (expiration: Date, accessKeyId = 'ASIAEC2') =>
    JSON.stringify({
      Code: 'Success',
      AccessKeyId: accessKeyId,
      SecretAccessKey: 'instance-secret',
      Token: 'instance-token',
      Expiration: expiration.toISOString(),
    });
  const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000);

  /** Instance metadata and STS in one, as the sandbox has them. */
  const service =
    (keys: () => string, sts: () => Answer) =>
    ({ method, path, headers }: SeenRequest): Answer => {
      if (path === '/') return sts();
      if (method === 'PUT') return reply(200, 'metadata-token');
      if (headers['x-aws-ec2-metadata-token'] !== 'metadata-token') return reply(401);
      return path.endsWith('/security-credentials/') ? reply(200, 'agent-ec2') : reply(200, keys());
    };

  it('asks by IMDSv2 only, once while its credentials last, and signs for STS with them', async () => {
    await withSts(
      service(
        () => metadata(inHours(6)),
        () => grant(3600),
      ),
      async (sts) => {
        const { assumer } = assumerFor(sts, { base: { kind: 'ec2-role' } });
        await assumer.assume();
        await assumer.assume();
        assert.deepEqual(
          sts.seen.map(({ method, path }) => `${method} ${path}`),
          [
            'PUT /latest/api/token',
            'GET /latest/meta-data/iam/security-credentials/',
            'GET /latest/meta-data/iam/security-credentials/agent-ec2',
            'POST /',
            'POST /',
          ],
        );
        assert.equal(sts.seen[3].headers['x-amz-security-token'], 'instance-token');
      },
    );
  });

  it('fetches new credentials when the old ones are about to end, or are refused', async () => {
    let fetches = 0;
    let refusals = 1;
    await withSts(
      service(
        () => metadata(inHours(fetches++ === 0 ? 0.05 : 6), `ASIA${fetches}`),
        () => (refusals-- > 0 ? stsError(403, 'ExpiredToken', 'expired') : grant(3600)),
      ),
      async (sts) => {
        await assumerFor(sts, { base: { kind: 'ec2-role' } }).assumer.assume();
        assert.ok(fetches >= 2);
        assert.match(String(sts.seen[sts.seen.length - 1].headers.authorization), /ASIA[^1]/);
      },
    );
  });

  for (const [what, answer, code] of [
    ['that is switched off', () => reply(403), 'INSTANCE_METADATA_DISABLED'],
    ['that is none of version 2', () => reply(404), 'INSTANCE_METADATA_DISABLED'],
    ['that fails', () => reply(500), 'INSTANCE_METADATA_UNREACHABLE'],
    ['that breaks off', () => reset, 'INSTANCE_METADATA_UNREACHABLE'],
    [
      'of an instance without a role',
      ({ method }: SeenRequest) => (method === 'PUT' ? reply(200, 't') : reply(404)),
      'INSTANCE_ROLE_MISSING',
    ],
    [
      'with unusable credentials',
      ({ method, path }: SeenRequest) =>
        reply(200, method === 'PUT' || path.endsWith('/') ? 'role' : '{"Code":"Failed"}'),
      'INSTANCE_ROLE_UNUSABLE',
    ],
  ] as const) {
    it(`says what is wrong with a metadata service ${what}`, async () => {
      await withSts(answer, async (sts) => {
        await assert.rejects(assumerFor(sts, { base: { kind: 'ec2-role' } }).assumer.assume(), { code });
        assert.ok(sts.seen.every(({ path }) => path !== '/'));
      });
    });
  }
});
