import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import tls from 'node:tls';
import { HttpProxyAgent, HttpsProxyAgent } from 'hpagent';
import type { Network } from './network.js';

/** Connections per host; more requests than that wait for one. */
const maxSockets = 50;

/** Milliseconds until a TCP and TLS connection must stand. */
const connectionTimeout = 10_000;

/**
 * Settings that are the same for every client. Whatever is left unset here, the SDK would look up in environment variables
 * and in ~/.aws/config; that each one is set keeps both without influence.
 */
export function clientSettings(region: string, endpoint: string | undefined, network: Network) {
  return {
    region,
    ...(endpoint === undefined ? {} : { endpoint }),
    ignoreConfiguredEndpointUrls: true,
    maxAttempts: 1,
    retryMode: 'standard',
    defaultsMode: 'standard' as const,
    useFipsEndpoint: false,
    useDualstackEndpoint: false,
    authSchemePreference: emptyList(),
    sigv4aSigningRegionSet: emptyList(),
    userAgentAppId: async () => undefined,
    disableClockSkewCorrection: false,
    requestHandler: { connectionTimeout, ...agents(network) },
  };
}

/** The SDK's types want lists that may change. */
function emptyList(): string[] {
  return [];
}

function agents({ proxyUrl, certificates }: Network) {
  const options = { keepAlive: true, maxSockets };
  const ca = certificates === undefined ? undefined : [...tls.rootCertificates, certificates];
  const secure = ca === undefined ? options : { ...options, ca };
  if (proxyUrl === undefined) return { httpAgent: new HttpAgent(options), httpsAgent: new HttpsAgent(secure) };
  const proxy = { proxy: proxyUrl, ...(ca === undefined ? {} : { proxyRequestOptions: { ca } }) };
  return {
    httpAgent: new HttpProxyAgent({ ...options, ...proxy }),
    httpsAgent: new HttpsProxyAgent({ ...secure, ...proxy }),
  };
}
