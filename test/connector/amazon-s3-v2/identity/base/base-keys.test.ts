/** The bases that ask somebody; profile-chain.test.ts says which cases of another SDK's suite they re-express. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { baseProblem } from '../../../../../connector/amazon-s3-v2/identity/base/base-check.js';
import type { BaseIdentity } from '../../../../../connector/amazon-s3-v2/identity/base/base-identity.js';
import { type BaseKeys, baseKeys } from '../../../../../connector/amazon-s3-v2/identity/base/base-keys.js';
import { containerRequest } from '../../../../../connector/amazon-s3-v2/identity/base/container.js';
import { processKeys } from '../../../../../connector/amazon-s3-v2/identity/base/credential-process.js';
import { testClock } from '../../../test-clock.js';
import { baseAccess } from '../../base-access.js';
import {
  type Answer,
  grant,
  reply,
  reset,
  type ScriptedService,
  type SeenRequest,
  scriptedService,
  stsError,
} from '../../scripted-service.js';

const folder = mkdtempSync(join(tmpdir(), 'crossrole-bases-'));
after(() => rmSync(folder, { recursive: true }));
const fileOf = (name: string, content: string) => {
  writeFileSync(join(folder, name), content);
  return join(folder, name);
};

interface Tried {
  readonly keys: BaseKeys;
  readonly service: ScriptedService;
  readonly clock: ReturnType<typeof testClock>;
}

/** @param environment made when the service is there, as it may name it */
async function withBase(
  base: BaseIdentity,
  environment: (endpoint: string) => NodeJS.ProcessEnv,
  script: (request: SeenRequest, count: number) => Answer,
  work: (tried: Tried) => Promise<void>,
): Promise<void> {
  const service = await scriptedService(script);
  const clock = testClock({ patience: 10_000 });
  const { endpoint } = service;
  try {
    const keys = baseKeys(
      base,
      baseAccess(endpoint, clock, { environment: environment(endpoint), connectionFolder: folder }),
    );
    await work({ keys, service, clock }).finally(() => keys.close());
  } finally {
    await service.close();
  }
}

const credentials = (minutes: number, accessKeyId = 'ASIATASK') =>
  JSON.stringify({
    AccessKeyId: accessKeyId,
    SecretAccessKey: 'task-secret',
    Token: 'task-token',
    Expiration: new Date(Date.now() + minutes * 60_000).toISOString(),
  });
const formOf = ({ body }: SeenRequest) => Object.fromEntries(new URLSearchParams(body.toString()));

describe('the role of a container', () => {
  const base: BaseIdentity = { kind: 'container' };
  const at = (endpoint: string) => ({ AWS_CONTAINER_CREDENTIALS_FULL_URI: `${endpoint}/creds?id=7` });

  it('is asked for once while its credentials last, ahead of their end again, and again when they were refused', async () => {
    const script = (_: SeenRequest, count: number) => reply(200, credentials(60, `ASIA${count}`));
    await withBase(base, at, script, async ({ keys, service, clock }) => {
      assert.equal((await keys.current()).accessKeyId, 'ASIA1');
      assert.equal((await keys.current()).sessionToken, 'task-token');
      assert.equal(service.seen.length, 1);
      assert.equal(`${service.seen[0].method} ${service.seen[0].path}`, 'GET /creds?id=7');
      assert.equal(service.seen[0].headers.authorization, undefined);
      await clock.advance(56 * 60_000);
      assert.equal((await keys.current()).accessKeyId, 'ASIA2');
      keys.forget();
      assert.equal((await keys.current()).accessKeyId, 'ASIA3');
    });
  });

  it('a failing renewal is not fatal while the credentials last', async () => {
    const script = (_: SeenRequest, count: number) => (count === 1 ? reply(200, credentials(60)) : reply(500));
    await withBase(base, at, script, async ({ keys, clock }) => {
      await keys.current();
      await clock.advance(57 * 60_000);
      assert.equal((await keys.current()).accessKeyId, 'ASIATASK');
      await clock.advance(4 * 60_000);
      await assert.rejects(keys.current(), { code: 'CONTAINER_CREDENTIALS_UNREACHABLE' });
    });
  });

  it('credentials that this clock takes for ended are used: STS decides', async () => {
    await withBase(
      base,
      at,
      () => reply(200, credentials(-60)),
      async ({ keys, service }) => {
        assert.equal((await keys.current()).accessKeyId, 'ASIATASK');
        await keys.current();
        assert.equal(service.seen.length, 2);
      },
    );
  });

  it('the authorization token is read anew from its file, which wins over the variable', async () => {
    const file = fileOf('pod-token', 'first\n');
    const environment = (endpoint: string) => ({
      ...at(endpoint),
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file,
      AWS_CONTAINER_AUTHORIZATION_TOKEN: 'never',
    });
    await withBase(
      base,
      environment,
      () => reply(200, credentials(60)),
      async ({ keys, service }) => {
        await keys.current();
        fileOf('pod-token', 'second');
        keys.forget();
        await keys.current();
        assert.deepEqual(
          service.seen.map(({ headers }) => headers.authorization),
          ['first', 'second'],
        );
      },
    );
  });

  for (const [what, answer, expected] of [
    [
      'refuses',
      reply(403, '{"code":"AccessDenied","message":"no association"}'),
      /REFUSED.*403.*AccessDenied: no association/,
    ],
    ['is another service', reply(200, '<html>'), /REFUSED.*HTTP 200/],
    ['answers without a key', reply(200, '{"Token":"t","Expiration":"2030-01-01T00:00:00Z"}'), /REFUSED/],
    ['breaks off', reset, /UNREACHABLE/],
    ['fails', reply(503), /UNREACHABLE.*HTTP 503/],
  ] as const) {
    it(`says so when the endpoint ${what}`, async () => {
      await withBase(
        base,
        at,
        () => answer,
        async ({ keys, service }) => {
          await assert.rejects(keys.current(), (error: Error & { code: string }) => {
            assert.match(`${error.code} ${error.message}`, expected);
            return true;
          });
          assert.equal(service.seen.length, String(expected).includes('UNREACHABLE') ? 3 : 1);
        },
      );
    });
  }

  const relative = 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI';
  const full = 'AWS_CONTAINER_CREDENTIALS_FULL_URI';
  const tokenFile = 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE';
  for (const [what, environment, expected] of [
    [
      'the address of ECS for a relative URI',
      { [relative]: '/v2/credentials/1' },
      'http://169.254.170.2/v2/credentials/1',
    ],
    [
      'the relative URI before the full one',
      { [relative]: '/a', [full]: 'http://127.0.0.1/b' },
      'http://169.254.170.2/a',
    ],
    ['a query of a relative URI', { [relative]: '/a?b=1' }, 'http://169.254.170.2/a?b=1'],
    ['the address of ECS in full', { [full]: 'http://169.254.170.2/v2' }, 'http://169.254.170.2/v2'],
    ['localhost with a port', { [full]: 'http://localhost:8080/b' }, 'http://localhost:8080/b'],
    ['https with a port', { [full]: 'https://keys.acme.example:8443/b' }, 'https://keys.acme.example:8443/b'],
    ['no path alone as full URI', { [full]: '/b' }, 'CONTAINER_ENDPOINT_NOT_ALLOWED'],
    ['a blank variable as none', { [relative]: ' ', [full]: 'http://127.0.0.1/b' }, 'http://127.0.0.1/b'],
    ['a port and a query', { [full]: 'http://127.4.5.6:8080/b?c=d' }, 'http://127.4.5.6:8080/b?c=d'],
    ['the agent of EKS', { [full]: 'http://169.254.170.23/v1/credentials' }, 'http://169.254.170.23/v1/credentials'],
    ['the agent of EKS on IPv6', { [full]: 'http://[fd00:ec2::23]/v1' }, 'http://[fd00:ec2::23]/v1'],
    ['loopback on IPv6', { [full]: 'http://[::1]:9000/b' }, 'http://[::1]:9000/b'],
    ['any host over https', { [full]: 'https://keys.acme.example/b' }, 'https://keys.acme.example/b'],
    ['no other host over http', { [full]: 'http://192.0.2.7/b' }, 'CONTAINER_ENDPOINT_NOT_ALLOWED'],
    [
      'no host that only looks like loopback',
      { [full]: 'http://127.0.0.1.example/b' },
      'CONTAINER_ENDPOINT_NOT_ALLOWED',
    ],
    ['no other protocol', { [full]: 'file:///etc/passwd' }, 'CONTAINER_ENDPOINT_NOT_ALLOWED'],
    ['nothing that is no URL', { [full]: '127.0.0.1/b' }, 'CONTAINER_ENDPOINT_NOT_ALLOWED'],
    ['no relative URI that makes another host', { [relative]: '.evil.example/b' }, 'CONTAINER_ENDPOINT_NOT_ALLOWED'],
    ['nothing at all', {}, 'BASE_VARIABLES_MISSING'],
    ['a missing token file', { [relative]: '/a', [tokenFile]: '/nowhere/token' }, 'BASE_TOKEN_UNUSABLE'],
    ['an empty token file', { [relative]: '/a', [tokenFile]: fileOf('blank', '\n') }, 'BASE_TOKEN_UNUSABLE'],
    ['a token with a line break', { [relative]: '/a', [tokenFile]: fileOf('two', 'a\r\nx: b') }, 'BASE_TOKEN_UNUSABLE'],
  ] as const) {
    it(`takes ${what}`, () => {
      let found: string;
      try {
        found = containerRequest(environment).url.href;
      } catch (error) {
        found = error instanceof Error && 'code' in error ? String(error.code) : String(error);
      }
      assert.equal(found, expected);
    });
  }
});

describe('a web identity', () => {
  const base: BaseIdentity = { kind: 'web-identity' };
  const arn = 'arn:aws:iam::444455556666:role/irsa';
  const environment = () => ({
    AWS_WEB_IDENTITY_TOKEN_FILE: fileOf('jwt', 'aaa.bbb.ccc\n'),
    AWS_ROLE_ARN: arn,
    AWS_ROLE_SESSION_NAME: 'pod-7',
  });
  const grantWeb = (seconds: number) => (response: Parameters<Answer>[0], request: SeenRequest) => {
    const answer = grant(seconds);
    const end = response.end.bind(response);
    response.end = (body?: unknown) => end(String(body).replaceAll('AssumeRoleRe', 'AssumeRoleWithWebIdentityRe'));
    answer(response, request);
  };

  it("is exchanged at the connection's STS, unsigned, with the token as it is then, and held while the session lasts", async () => {
    await withBase(
      base,
      environment,
      () => grantWeb(3600),
      async ({ keys, service, clock }) => {
        assert.equal((await keys.current()).accessKeyId, 'ASIATEST');
        await keys.current();
        assert.equal(service.seen.length, 1);
        assert.deepEqual(formOf(service.seen[0]), {
          Action: 'AssumeRoleWithWebIdentity',
          Version: '2011-06-15',
          RoleArn: arn,
          RoleSessionName: 'pod-7',
          WebIdentityToken: 'aaa.bbb.ccc',
          DurationSeconds: '3600',
        });
        assert.equal(service.seen[0].headers.authorization, undefined);
        fileOf('jwt', 'ddd.eee.fff');
        await clock.advance(3_600_000);
        await keys.current();
        assert.equal(formOf(service.seen[1]).WebIdentityToken, 'ddd.eee.fff');
        assert.equal(keys.calls(), 2);
      },
    );
  });

  it('has the name of our own session unless the environment gives one', async () => {
    const unnamed = () => ({ ...environment(), AWS_ROLE_SESSION_NAME: '' });
    await withBase(
      base,
      unnamed,
      () => grantWeb(3600),
      async ({ keys, service }) => {
        await keys.current();
        assert.equal(formOf(service.seen[0]).RoleSessionName, 'on-the-way');
      },
    );
  });

  for (const [status, code, expected] of [
    [400, 'InvalidIdentityToken', 'WEB_IDENTITY_REFUSED'],
    [403, 'IDPRejectedClaim', 'WEB_IDENTITY_REFUSED'],
    [400, 'ExpiredTokenException', 'WEB_IDENTITY_TOKEN_EXPIRED'],
    [403, 'AccessDenied', 'WEB_IDENTITY_DENIED'],
    [400, 'IDPCommunicationError', 'IDENTITY_PROVIDER_UNREACHABLE'],
    [403, 'RegionDisabledException', 'STS_REGION_DISABLED'],
  ] as const) {
    it(`says ${expected} for ${code}, and nothing of the token`, async () => {
      await withBase(
        base,
        environment,
        () => stsError(status, code, 'said the script'),
        async ({ keys, service }) => {
          await assert.rejects(keys.current(), (error: Error & { code: string }) => {
            assert.equal(error.code, expected);
            assert.match(error.message, /said the script/);
            assert.doesNotMatch(error.message, /aaa\.bbb/);
            return true;
          });
          assert.equal(service.seen.length, code === 'IDPCommunicationError' ? 8 : 1);
        },
      );
    });
  }
});

describe('a profile', () => {
  const file = 'profiles';
  const profile = (name: string): BaseIdentity => ({ kind: 'profile', name, file });
  const none = () => ({});
  const arn = (name: string) => `role_arn = arn:aws:iam::444455556666:role/${name}\n`;
  const root = '[root]\naws_access_key_id = AKIAROOT\naws_secret_access_key = root-secret\n';
  const caller = ({ headers }: SeenRequest) => /Credential=(\w+)/.exec(String(headers.authorization))?.[1];

  it("assumes its roles one from the other at the connection's STS, whatever region and endpoint it names", async () => {
    const elsewhere = 'region = us-gov-west-1\nendpoint_url = http://127.0.0.1:9\n';
    fileOf(
      file,
      `[etl]\n${arn('load')}external_id = acme-1\nsource_profile = mid\n${elsewhere}[mid]\n${arn('middle')}role_session_name = by-hand\nsource_profile = root\n${elsewhere}${root}`,
    );
    const script = (_: SeenRequest, count: number) => grant(900, { accessKeyId: `ASIA${count}` });
    await withBase(profile('etl'), none, script, async ({ keys, service }) => {
      assert.equal((await keys.current()).accessKeyId, 'ASIA2');
      const asked = service.seen.map((request) => {
        const { RoleArn, RoleSessionName, ExternalId } = formOf(request);
        return [caller(request), RoleArn.split('/')[1], RoleSessionName, ExternalId];
      });
      assert.deepEqual(asked, [
        ['AKIAROOT', 'middle', 'by-hand', undefined],
        ['ASIA1', 'load', 'on-the-way', 'acme-1'],
      ]);
      assert.equal(keys.calls(), 2);
      for (const { headers } of service.seen) assert.match(String(headers.authorization), /eu-west-1\/sts/);
    });
  });

  it('follows keys that are rotated in the file', async () => {
    fileOf(file, root);
    await withBase(
      profile('root'),
      none,
      () => reset,
      async ({ keys }) => {
        assert.equal((await keys.current()).accessKeyId, 'AKIAROOT');
        fileOf(file, root.replace('AKIAROOT', 'AKIANEXT'));
        assert.equal((await keys.current()).accessKeyId, 'AKIANEXT');
      },
    );
  });

  it('starts from instance metadata where it says so', async () => {
    fileOf(file, `[etl]\n${arn('load')}credential_source = Ec2InstanceMetadata\n`);
    const script = ({ method, path }: SeenRequest) => {
      if (path === '/') return grant(900);
      if (method === 'PUT') return reply(200, 'token');
      return reply(200, path.endsWith('/') ? 'machine' : credentials(60, 'ASIAMACHINE'));
    };
    await withBase(profile('etl'), none, script, async ({ keys, service }) => {
      await keys.current();
      assert.equal(caller(service.seen[3]), 'ASIAMACHINE');
    });
  });

  it('takes what a command prints, and asks it again ahead of the end', async () => {
    const printed = (minutes: number, id: string) =>
      fileOf(
        'printed',
        JSON.stringify({
          Version: 1,
          AccessKeyId: id,
          SecretAccessKey: 'x',
          SessionToken: 'y',
          Expiration: new Date(Date.now() + minutes * 60_000).toISOString(),
        }),
      );
    fileOf(file, `[etl]\ncredential_process = cat ${printed(60, 'ASIACMD1')}\n`);
    await withBase(
      profile('etl'),
      none,
      () => reset,
      async ({ keys, clock }) => {
        assert.equal((await keys.current()).accessKeyId, 'ASIACMD1');
        printed(600, 'ASIACMD2');
        assert.equal((await keys.current()).accessKeyId, 'ASIACMD1');
        await clock.advance(56 * 60_000);
        assert.equal((await keys.current()).accessKeyId, 'ASIACMD2');
      },
    );
  });

  for (const [what, command] of [
    ['fails', 'echo s3cr3t >&2; exit 3'],
    ['prints no JSON', 'echo s3cr3t'],
    ['prints half of it', 'echo "{\\"Version\\":1,\\"AccessKeyId\\":\\"s3cr3t\\"}"'],
  ] as const) {
    it(`a command that ${what} is an error that repeats nothing of it`, async () => {
      fileOf(file, `[etl]\ncredential_process = ${command}\n`);
      await withBase(
        profile('etl'),
        none,
        () => reset,
        async ({ keys }) => {
          await assert.rejects(keys.current(), (error: Error & { code: string }) => {
            assert.equal(error.code, 'PROFILE_COMMAND_FAILED');
            assert.doesNotMatch(`${error.message} ${error.cause}`, /s3cr3t/);
            return true;
          });
        },
      );
    });
  }

  it('a command that does not end is ended, as is one whose run is given up', async () => {
    const tooLong = processKeys('etl', 'exec sleep 60', new AbortController().signal, 50);
    await assert.rejects(tooLong, { code: 'PROFILE_COMMAND_FAILED', message: /has not ended/ });
    const givenUp = new AbortController();
    const waiting = processKeys('etl', 'exec sleep 60', givenUp.signal);
    const reason = new Error('Ctrl-C');
    givenUp.abort(reason);
    await assert.rejects(waiting, reason);
  });

  it('a command has nothing to read, and prints no more than credentials', async () => {
    const { signal } = new AbortController();
    const reading = `read answer; echo '{"Version":1,"AccessKeyId":"AKIAREAD","SecretAccessKey":"x"}'`;
    assert.deepEqual(await processKeys('etl', reading, signal), { accessKeyId: 'AKIAREAD', secretAccessKey: 'x' });
    await assert.rejects(processKeys('etl', 'yes', signal), { code: 'PROFILE_COMMAND_FAILED' });
  });

  const ssoProfile =
    '[etl]\nsso_start_url = https://acme.example/start\nsso_region = eu-north-1\nsso_account_id = 444455556666\nsso_role_name = analyst\n';
  const homeWith = (expiresAt: string | undefined) => {
    const home = mkdtempSync(join(folder, 'home-'));
    process.env.HOME = home;
    const cache = join(home, '.aws/sso/cache');
    mkdirSync(cache, { recursive: true });
    // SHA-1 of "https://acme.example/start", by which the AWS CLI names the file.
    const content = JSON.stringify({ accessToken: 't0ken', expiresAt });
    if (expiresAt) writeFileSync(join(cache, '32b9d3c1dabf96c36d5542a011699561d2dee1fa.json'), content);
    return home;
  };

  it('an IAM Identity Center that does not answer is given up', async () => {
    const HOME = homeWith(new Date(Date.now() + 3_600_000).toISOString());
    fileOf(file, ssoProfile);
    const silent = createServer();
    silent.listen(0, '127.0.0.1');
    const connected = once(silent, 'connection');
    await once(silent, 'listening');
    const address = silent.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const clock = testClock();
    const access = baseAccess('http://127.0.0.1:9', clock, { environment: { HOME }, connectionFolder: folder });
    const network = { proxyUrl: `http://127.0.0.1:${port}`, certificates: undefined };
    const keys = baseKeys(profile('etl'), { ...access, sts: { ...access.sts, network } });
    const refused = assert.rejects(keys.current(), { code: 'SSO_SESSION_EXPIRED', message: /no answer within 30 s/ });
    const [socket] = await connected;
    await clock.advance(31_000);
    await refused;
    socket.destroy();
    silent.close();
  });

  for (const [what, expiresAt, expected] of [
    ['is not there', undefined, /was not found|invalid/],
    ['has expired', '2020-01-01T00:00:00Z', /expired/],
  ] as const) {
    it(`an SSO session that ${what} says to log in`, async () => {
      const home = homeWith(expiresAt);
      fileOf(file, ssoProfile);
      await withBase(
        profile('etl'),
        () => ({ HOME: home }),
        () => reset,
        async ({ keys }) => {
          await assert.rejects(keys.current(), (error: Error & { code: string; remedy: string }) => {
            assert.equal(error.code, 'SSO_SESSION_EXPIRED');
            assert.match(error.message, expected);
            assert.match(error.remedy, /aws sso login --profile etl/);
            return true;
          });
        },
      );
    });
  }
});

describe('the environment', () => {
  const set = { AWS_ACCESS_KEY_ID: 'AKIAENV', AWS_SECRET_ACCESS_KEY: 'env-secret' };
  const base: BaseIdentity = { kind: 'environment' };
  const keysIn = (environment: NodeJS.ProcessEnv) =>
    baseKeys(base, baseAccess('http://127.0.0.1:9', testClock(), { environment })).current();

  it('gives keys, and the token of a session where there is one', async () => {
    assert.deepEqual(await keysIn(set), { accessKeyId: 'AKIAENV', secretAccessKey: 'env-secret' });
    assert.equal((await keysIn({ ...set, AWS_SESSION_TOKEN: 'env-token' })).sessionToken, 'env-token');
  });

  it('is missing what is blank', () => {
    const blank = { ...set, AWS_SECRET_ACCESS_KEY: '  ' };
    assert.throws(() => void keysIn(blank), {
      code: 'BASE_VARIABLES_MISSING',
      message: /needs AWS_SECRET_ACCESS_KEY,/,
    });
  });
});

describe('instance metadata', () => {
  const base: BaseIdentity = { kind: 'ec2-role' };

  it('is asked again where it fails for a moment', async () => {
    const script = ({ method, path }: SeenRequest, count: number) => {
      if (count % 2 === 1) return reply(503);
      if (method === 'PUT') return reply(200, 'token');
      return reply(200, path.endsWith('/') ? 'machine' : credentials(60, 'ASIAMACHINE'));
    };
    await withBase(
      base,
      () => ({}),
      script,
      async ({ keys, service }) => {
        assert.equal((await keys.current()).accessKeyId, 'ASIAMACHINE');
        assert.equal(service.seen.length, 6);
      },
    );
  });

  for (const endpoint of ['not a url', 'ftp://169.254.169.254']) {
    it(`is not looked for at ${endpoint}`, () => {
      const surroundings = { environment: {}, connectionFolder: '/', instanceMetadata: endpoint };
      assert.equal(baseProblem(base, surroundings)?.code, 'INSTANCE_METADATA_UNREACHABLE');
    });
  }
});
