import type { CrossroleError, ObjectInfo, ProbeContext, Warning } from '../../../runtime/connector-api.js';
import { type AmazonS3V2ErrorCode, amazonS3V2Error, amazonS3V2Errors } from '../errors.js';
import { type AssumedRole, roleAssumer, type StsAccess } from '../identity/assume-role.js';
import type { BaseIdentity } from '../identity/base/base-identity.js';
import { type BaseKeys, baseKeys } from '../identity/base/base-keys.js';
import { type SessionHolder, sessionHolder } from '../identity/session-holder.js';
import type { SideSession } from '../identity/side-session.js';
import type { PolicyScope } from '../identity/side-statements.js';
import { factsOf, nameOf, type SideSettings } from '../side.js';
import { type S3Requests, s3Requests } from '../storage/s3-requests.js';
import type { SideFacts } from './s3-denied.js';

type ProbingSession = Pick<SideSession, 'current' | 'replace'>;

/** A side on its way through the gates: each gate leaves behind what the next ones need. */
export interface ProbedSide {
  readonly settings: SideSettings;
  readonly facts: SideFacts;
  readonly context: ProbeContext;
  readonly sts: StsAccess;
  base: { readonly keys: BaseKeys; readonly arn: string | undefined } | undefined;
  /** As whom S3 is used, once that is settled. */
  session: ProbingSession | undefined;
  /** The last hop, and who calls it: for trials with another session policy. */
  lastHop: { readonly role: AssumedRole; readonly caller: BaseKeys; readonly access: StsAccess } | undefined;
  found: ObjectInfo | undefined;
  /** What an answer told of the encryption: the ARN of a KMS key, or that there is none; undefined before any answer. */
  encryption: { readonly key: string | undefined } | undefined;
  /** Warnings since the last call. */
  takeWarnings(): readonly Warning[];
  requests(session: ProbingSession, demandsOwner?: boolean): Promise<S3Requests>;
  /** The keys of a base identity; closed with the side. */
  keysOf(base: BaseIdentity): BaseKeys;
  /** A session of the side's role; closed with the side. */
  sessionOf(role: AssumedRole, caller: BaseKeys, access: StsAccess): SessionHolder;
  close(): void;
}

export function probedSide(settings: SideSettings, access: PolicyScope['access'], context: ProbeContext): ProbedSide {
  const { storage, endpoints, surroundings } = settings;
  const { clock, signal } = context;
  const facts = factsOf(settings, access);
  const warnings: Warning[] = [];
  const opened: { close(): void }[] = [];
  const sts: StsAccess = {
    region: storage.region,
    endpoint: endpoints.sts,
    network: storage.network,
    clock,
    signal,
    warn: (warning) => warnings.push(warning),
  };
  return {
    settings,
    facts,
    context,
    sts,
    base: undefined,
    session: undefined,
    lastHop: undefined,
    found: undefined,
    encryption: undefined,
    takeWarnings: () => warnings.splice(0),
    async requests(session, demandsOwner = true) {
      const demanded = demandsOwner ? storage : { ...storage, expectedBucketOwner: undefined };
      const requests = await s3Requests(demanded, session, clock, signal, facts);
      opened.push(requests);
      return requests;
    },
    keysOf(base) {
      const keys = baseKeys(base, { surroundings, sts, sessionName: nameOf(settings, context) });
      opened.push(keys);
      return keys;
    },
    sessionOf(role, caller, stsAccess) {
      const assumer = roleAssumer(role, caller, stsAccess);
      opened.push(assumer);
      return sessionHolder(assumer, clock);
    },
    close() {
      for (const each of opened) each.close();
    },
  };
}

/** A warning of the way to STS as the finding of a gate; `remedy` of the catalogue. */
export function findingOf({ code, message }: Warning): CrossroleError | undefined {
  return isKnownCode(code) ? amazonS3V2Error(code, message) : undefined;
}

function isKnownCode(code: string): code is AmazonS3V2ErrorCode {
  return code in amazonS3V2Errors;
}
