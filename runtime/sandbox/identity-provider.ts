import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { AccountConfig } from './config.js';
import { ServiceError } from './service-error.js';

/** What a token says that was found genuine. */
export interface VerifiedToken {
  /** ARN of the OIDC provider in IAM. */
  readonly provider: string;
  /** Host and path, under which condition keys have the claims. */
  readonly issuer: string;
  readonly subject: string;
  readonly audience: string;
}

/** An OIDC identity provider, and what IAM knows of it: it issues tokens, and STS asks it about them. */
export interface IdentityProvider {
  readonly roleArn: string;
  /** @param now milliseconds since the epoch */
  issue(now: number): string;
  /** Throws InvalidIdentityToken and ExpiredTokenException as STS does. */
  verify(token: string, now: number): VerifiedToken;
}

const TOKEN_SECONDS = 24 * 3600;

/** The provider of the account that has a web identity. Real ones sign with RS256; nobody else verifies these. */
export function identityProvider(accounts: readonly AccountConfig[]): IdentityProvider | undefined {
  const account = accounts.find(({ webIdentity }) => webIdentity !== undefined);
  if (!account?.webIdentity) return undefined;
  const { id, roles, webIdentity } = account;
  const { issuer, subject, audience } = webIdentity;
  const path = roles.find(({ name }) => name === webIdentity.role)?.path ?? '/';
  const secret = randomBytes(32);
  const signatureOf = (content: string) => createHmac('sha256', secret).update(content).digest();
  return {
    roleArn: `arn:aws:iam::${id}:role${path}${webIdentity.role}`,
    issue(now) {
      const issuedAt = Math.floor(now / 1000);
      const claims = {
        iss: `https://${issuer}`,
        aud: audience,
        sub: subject,
        iat: issuedAt,
        exp: issuedAt + TOKEN_SECONDS,
      };
      const content = `${encoded({ alg: 'HS256', typ: 'JWT' })}.${encoded(claims)}`;
      return `${content}.${signatureOf(content).toString('base64url')}`;
    },
    verify(token, now) {
      const [header = '', payload = '', signature = '', ...more] = token.split('.');
      const given = Buffer.from(signature, 'base64url');
      const wanted = signatureOf(`${header}.${payload}`);
      if (more.length > 0 || given.length !== wanted.length || !timingSafeEqual(given, wanted)) {
        throw new ServiceError(
          400,
          'InvalidIdentityToken',
          "Couldn't retrieve verification key from your identity provider",
        );
      }
      const { exp } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8'));
      if (now >= Number(exp) * 1000) {
        throw new ServiceError(
          400,
          'ExpiredTokenException',
          'Token expired: current date/time must be before the expiration date/time',
        );
      }
      return { provider: `arn:aws:iam::${id}:oidc-provider/${issuer}`, issuer, subject, audience };
    },
  };
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
