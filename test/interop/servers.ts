/** The S3 and STS that `npm run test:interop` works with, as its environment variables name them. */

export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** One side: what its role may do below a prefix of a bucket, and who owns that bucket. */
export interface Place {
  readonly role: string;
  readonly bucket: string;
  /** Ends with `/`. */
  readonly prefix: string;
  /** Stores input and looks at output, outside of any session. */
  readonly owner: AccessKey;
}

export interface Servers {
  readonly s3Endpoint: string;
  readonly stsEndpoint: string;
  readonly region: string;
  /** The IAM user that both roles trust. */
  readonly base: AccessKey;
  readonly source: Place;
  readonly target: Place;
  /** Canned ACL of what is written, where the bucket's owner could not read it otherwise. */
  readonly targetAcl: string | undefined;
  /** A user that the roles don't trust. */
  readonly stranger: AccessKey | undefined;
  /** A role that may do what the source's role may, and demands an external id. */
  readonly external: { readonly role: string; readonly externalId: string; readonly stsEndpoint: string } | undefined;
  /** Lifetime of the sessions whose renewal is tested. */
  readonly sessionSeconds: number | undefined;
}

const prefix = 'CROSSROLE_INTEROP_';

/** Says which variables are missing, or what is wrong with one. */
export class UnusableVariables extends Error {}

/** Throws `UnusableVariables` where one that is needed is not set, or empty. */
export function serversOf(environment: NodeJS.ProcessEnv): Servers {
  const missing: string[] = [];
  const optional = (name: string): string | undefined => environment[prefix + name] || undefined;
  const needed = (name: string): string => {
    const value = optional(name);
    if (value === undefined) missing.push(prefix + name);
    return value ?? '';
  };
  const key = (whose: string): AccessKey => ({
    accessKeyId: needed(`${whose}ACCESS_KEY`),
    secretAccessKey: needed(`${whose}SECRET_KEY`),
  });
  const place = (side: string): Place => ({
    role: needed(`${side}_ROLE`),
    bucket: needed(`${side}_BUCKET`),
    prefix: needed(`${side}_PREFIX`).replace(/\/*$/, '/'),
    owner: key(`${side}_OWNER_`),
  });

  const stsEndpoint = needed('STS_ENDPOINT');
  const externalId = optional('EXTERNAL_ID');
  const sessionSeconds = optional('SESSION_SECONDS');
  const servers: Servers = {
    s3Endpoint: needed('S3_ENDPOINT'),
    stsEndpoint,
    region: needed('REGION'),
    base: key(''),
    source: place('SOURCE'),
    target: place('TARGET'),
    targetAcl: optional('TARGET_ACL'),
    stranger: optional('STRANGER_ACCESS_KEY') === undefined ? undefined : key('STRANGER_'),
    external:
      externalId === undefined
        ? undefined
        : {
            externalId,
            role: needed('EXTERNAL_ID_ROLE'),
            stsEndpoint: optional('EXTERNAL_ID_STS_ENDPOINT') ?? stsEndpoint,
          },
    sessionSeconds: sessionSeconds === undefined ? undefined : Number(sessionSeconds),
  };
  if (missing.length > 0) {
    throw new UnusableVariables(
      `npm run test:interop needs an S3 and an STS to work with; not set: ${missing.join(', ')}. CONTRIBUTING.md says what they hold.`,
    );
  }
  if (servers.sessionSeconds !== undefined && !(servers.sessionSeconds >= 1)) {
    throw new UnusableVariables(`${prefix}SESSION_SECONDS is no number of seconds: ${sessionSeconds}`);
  }
  return servers;
}
