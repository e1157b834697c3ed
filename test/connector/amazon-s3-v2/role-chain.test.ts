import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { baseKeys } from '../../../connector/amazon-s3-v2/identity/base/base-keys.js';
import { type ChainedRole, chainedAssumer } from '../../../connector/amazon-s3-v2/identity/role-chain.js';
import { testClock } from '../test-clock.js';
import { baseAccess } from './base-access.js';
import { type Answer, grant, type SeenRequest, scriptedService, stsError } from './scripted-service.js';

const arn = (name: string) => `arn:aws:iam::111122223333:role/${name}`;

const role: ChainedRole = {
  roleArn: arn('writer'),
  externalId: undefined,
  through: [
    { roleArn: arn('gate'), externalId: 'gate-1' },
    { roleArn: arn('broker'), externalId: 'broker/2' },
  ],
  duration: 3600,
  sessionName: 'm.t.r',
  policy: '{"Version":"2012-10-17","Statement":[]}',
  tags: [
    { key: 'project', value: 'orders', transitive: true },
    { key: 'shift', value: 'night', transitive: false },
  ],
  sourceIdentity: 'data-platform',
};

/** Answers every role with keys named after it, so that the signature of the next request tells who asked. */
async function withChain(
  work: (chain: {
    assume(): Promise<unknown>;
    calls(): number;
    advance(milliseconds: number): void;
    seen(): readonly { readonly caller: string; readonly form: Readonly<Record<string, string>> }[];
  }) => Promise<void>,
  answer: (form: Readonly<Record<string, string>>, count: number) => Answer | undefined = () => undefined,
): Promise<void> {
  const sts = await scriptedService((request, count) => {
    const form = formOf(request);
    const name = form.RoleArn.split('/')[1];
    return answer(form, count) ?? grant(Number(form.DurationSeconds), { accessKeyId: `ASIA${name.toUpperCase()}` });
  });
  const clock = testClock({ patience: 10_000 });
  const access = baseAccess(sts.endpoint, clock, { warn: (warning) => assert.fail(warning.message) });
  const user = { kind: 'iam-user', keys: { accessKeyId: 'AKIAMOVER', secretAccessKey: 'user-secret-key' } } as const;
  const chain = chainedAssumer(role, baseKeys(user, access), access.sts);
  try {
    await work({
      assume: chain.assume,
      calls: chain.calls,
      advance: (milliseconds) => clock.advance(milliseconds),
      seen: () => sts.seen.map((request) => ({ caller: callerOf(request), form: formOf(request) })),
    });
  } finally {
    chain.close();
    await sts.close();
  }
}

const formOf = ({ body }: SeenRequest) => Object.fromEntries(new URLSearchParams(body.toString()));
const callerOf = ({ headers }: SeenRequest) => /Credential=(\w+)\//.exec(String(headers.authorization))?.[1] ?? '';

describe('chainedAssumer', () => {
  it('assumes each role from the session of the one before, with its own external id', async () => {
    await withChain(async ({ assume, seen }) => {
      await assume();
      assert.deepEqual(
        seen().map(({ caller, form }) => [caller, form.RoleArn, form.ExternalId, form.DurationSeconds]),
        [
          ['AKIAMOVER', arn('gate'), 'gate-1', '900'],
          ['ASIAGATE', arn('broker'), 'broker/2', '900'],
          ['ASIABROKER', arn('writer'), undefined, '3600'],
        ],
      );
    });
  });

  it('sends the session policy with the last hop alone, and what AWS hands down with the first alone', async () => {
    await withChain(async ({ assume, seen }) => {
      await assume();
      assert.deepEqual(
        seen().map(({ form }) => [
          form.Policy,
          form['Tags.member.1.Key'],
          form['Tags.member.2.Key'],
          form.SourceIdentity,
        ]),
        [
          [undefined, 'project', 'shift', 'data-platform'],
          [undefined, 'shift', undefined, undefined],
          [role.policy, 'shift', undefined, undefined],
        ],
      );
      assert.deepEqual(
        seen().map(({ form }) => form['TransitiveTagKeys.member.1']),
        ['project', undefined, undefined],
      );
    });
  });

  it('asks for a session on the way again only when that has ended', async () => {
    await withChain(async ({ assume, calls, seen, advance }) => {
      await assume();
      await assume();
      assert.deepEqual(
        seen().map(({ form }) => form.RoleArn),
        [arn('gate'), arn('broker'), arn('writer'), arn('writer')],
      );
      advance(901_000);
      await assume();
      assert.equal(seen().length, 7);
      assert.equal(calls(), 7);
    });
  });

  it('replaces a session on the way that STS refuses as expired, once', async () => {
    let refused = false;
    await withChain(
      async ({ assume, seen }) => {
        await assume();
        assert.deepEqual(
          seen().map(({ form }) => form.RoleArn),
          ['gate', 'broker', 'writer', 'broker', 'writer'].map(arn),
        );
      },
      (form) => {
        if (refused || form.RoleArn !== arn('writer')) return undefined;
        refused = true;
        return stsError(403, 'ExpiredToken', 'The security token included in the request is expired');
      },
    );
  });

  it('names the role of the hop that is refused', async () => {
    await withChain(
      async ({ assume, seen }) => {
        await assert.rejects(assume(), { code: 'ASSUME_ROLE_DENIED', message: new RegExp(`assume ${arn('broker')}:`) });
        assert.equal(seen().length, 2);
      },
      (form) => (form.RoleArn === arn('broker') ? stsError(403, 'AccessDenied', 'not authorized') : undefined),
    );
  });
});
