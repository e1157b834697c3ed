/** A proxy and certificates of one's own reach S3, STS and web identity STS alike, and never what is next door. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { createServer as createTlsServer } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { amazonS3V2Connector } from '../../../../connector/amazon-s3-v2/connector.js';
import { networkOf } from '../../../../connector/amazon-s3-v2/storage/network.js';
import type { PropertyValues } from '../../../../runtime/connector-api.js';
import { readSandboxConfig } from '../../../../runtime/sandbox/config.js';
import { type RunningSandbox, startSandbox } from '../../../../runtime/sandbox/sandbox.js';
import { testClock } from '../../test-clock.js';
import { collect, configured, sideOf, testRun } from '../../test-run.js';

const project = fileURLToPath(new URL('../../../../../', import.meta.url));
const certificates = join(project, 'test/connector/amazon-s3-v2/storage/certificate');
const fixtures = join(project, 'test/fixtures/identity');
const [key, cert] = ['key.pem', 'certificate.pem'].map((name) => readFileSync(join(certificates, name)));

interface Place {
  readonly sandbox: RunningSandbox;
  /** `host:port`, as the proxy was asked for them. */
  readonly asked: readonly string[];
  readonly proxy: string;
  /** The variables of the sandbox without its endpoints of S3 and STS, so that those of AWS are used. */
  readonly environment: NodeJS.ProcessEnv;
}

/** A sandbox behind TLS, and a proxy with a password that takes every host for it; plain ports are connected as asked. */
async function withProxy(fixture: string, work: (place: Place) => Promise<void>): Promise<void> {
  const file = join(fixtures, fixture, 'sandbox.json');
  const sandbox = await startSandbox(readSandboxConfig(readFileSync(file, 'utf8'), file));
  const sockets = new Set<Socket>();
  const joined = (a: Socket, port: number, ready: (b: Socket) => void) => {
    const b = connect(port, '127.0.0.1', () => ready(b));
    for (const socket of [a, b]) {
      sockets.add(socket);
      socket.on('error', () => a.destroy());
    }
    a.pipe(b).pipe(a);
  };
  const front = createTlsServer({ key, cert }, (socket) =>
    joined(socket, Number(new URL(sandbox.endpoint).port), () => {}),
  );
  const frontPort = await listening(front);
  const asked: string[] = [];
  const proxy = createServer();
  proxy.on('connect', ({ url = '', headers }, socket: Socket) => {
    if (headers['proxy-authorization'] !== `Basic ${Buffer.from('me:pass word').toString('base64')}`) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\n\r\n');
      return;
    }
    asked.push(url);
    const port = Number(url.split(':')[1]);
    joined(socket, port === 443 ? frontPort : port, () => socket.write('HTTP/1.1 200 Connected\r\n\r\n'));
  });
  const proxyPort = await listening(proxy);
  const { AWS_ENDPOINT_URL_S3: _, AWS_ENDPOINT_URL_STS: __, ...environment } = sandbox.env;
  try {
    await work({ sandbox, asked, proxy: `http://me:pass%20word@127.0.0.1:${proxyPort}`, environment });
  } finally {
    for (const socket of sockets) socket.destroy();
    front.close();
    proxy.close();
    await sandbox.close();
  }
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

async function list(fixture: string, environment: NodeJS.ProcessEnv, more: PropertyValues): Promise<void> {
  const file = join(fixtures, fixture, 'connections/landing.json');
  const { properties }: { properties: PropertyValues } = JSON.parse(readFileSync(file, 'utf8'));
  const side = sideOf('*.csv', { ...properties, ...more }, { allowWildcardCharacters: true }, certificates);
  const run = testRun({ clock: testClock({ patience: 10_000 }) });
  const source = await configured(amazonS3V2Connector(environment).configureSource(side)).open(run);
  try {
    assert.deepEqual(await collect(source.list()), []);
  } finally {
    await source.close();
  }
}

const hosts = ['sts.eu-west-1.amazonaws.com:443', 'acme-landing.s3.eu-west-1.amazonaws.com:443'];

describe('the network of a connection', () => {
  it('a proxy with a password and a certificate reach STS, web identity and S3 at the names of AWS', async () => {
    await withProxy('web-identity', async ({ sandbox, asked, proxy, environment }) => {
      await list('web-identity', environment, { proxyUrl: proxy, caFile: 'certificate.pem' });
      assert.deepEqual(new Set(asked), new Set(hosts));
      assert.deepEqual(
        sandbox.auditLog.map(({ operation, status }) => `${operation} ${status}`),
        ['AssumeRoleWithWebIdentity 200', 'AssumeRole 200', 'ListObjectsV2 200'],
      );
    });
  });

  it('instance metadata is asked directly', async () => {
    await withProxy('ec2-role', async ({ sandbox, asked, proxy, environment }) => {
      await list('ec2-role', environment, { proxyUrl: proxy, caFile: 'certificate.pem' });
      assert.deepEqual(new Set(asked), new Set(hosts));
      assert.equal(sandbox.auditLog.filter(({ service }) => service === 'imds').length, 3);
    });
  });

  it('plain HTTP goes through the proxy, too', async () => {
    await withProxy('environment', async ({ sandbox, asked, proxy }) => {
      await list('environment', sandbox.env, { proxyUrl: proxy });
      const { host } = new URL(sandbox.endpoint);
      assert.deepEqual(asked, [host, host]);
    });
  });

  it('a certificate that nobody vouches for is refused, by STS first', async () => {
    await withProxy('environment', async ({ sandbox, proxy, environment }) => {
      await assert.rejects(list('environment', environment, { proxyUrl: proxy }), (error: Error & { code: string }) => {
        assert.equal(error.code, 'STS_UNREACHABLE');
        assert.match(error.message, /SELF_SIGNED/);
        return true;
      });
      assert.equal(sandbox.auditLog.length, 0);
    });
  });

  it('a proxy that refuses is named, once, and its password is not', async () => {
    await withProxy('environment', async ({ asked, proxy, environment }) => {
      const wrong = proxy.replace('pass%20word', 'other%20word');
      await assert.rejects(list('environment', environment, { proxyUrl: wrong }), (error: Error & { code: string }) => {
        assert.equal(error.code, 'STS_UNREACHABLE');
        assert.match(error.message, /the proxy refuses.*407/);
        assert.doesNotMatch(`${error.message} ${error.cause}`, /other/);
        return true;
      });
      assert.deepEqual(asked, []);
    });
  });
});

describe('the settings of the network', () => {
  for (const [what, properties, expected] of [
    ['a URL of another kind', { proxyUrl: 'socks5://me:hidden@proxy' }, 'PROXY_URL_INVALID'],
    ['a proxy with a path', { proxyUrl: 'http://me:hidden@proxy/path' }, 'PROXY_URL_INVALID'],
    ['a password that is wrongly encoded', { proxyUrl: 'http://me:hidden%@proxy' }, 'PROXY_URL_INVALID'],
    ['a file that is not there', { caFile: 'none.pem' }, 'CA_FILE_INVALID'],
    ['a file without a certificate', { caFile: 'key.pem' }, 'CA_FILE_INVALID'],
  ] as const) {
    it(`refuse ${what}`, () => {
      const result = networkOf(properties, certificates);
      assert.ok(!result.ok);
      assert.deepEqual(
        result.problems.map(({ code }) => code),
        [expected],
      );
      assert.doesNotMatch(JSON.stringify(result.problems), /hidden/);
    });
  }
});
