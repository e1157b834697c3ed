import type { AuditDraft } from '../audit.js';
import { baseContext, setKey } from '../context.js';
import type { Exchange, SandboxState } from '../exchange.js';
import { evaluate } from '../policy/evaluate.js';
import { ServiceError } from '../service-error.js';
import type { XmlElements } from '../xml.js';
import { checkDuration, resultOf } from './assume-role.js';
import { assumeRoleInput, type Form } from './parameters.js';
import { validationError } from './wording.js';

const honoured = new Set([
  'Action',
  'Version',
  'RoleArn',
  'RoleSessionName',
  'WebIdentityToken',
  'DurationSeconds',
  'Policy',
]);

/** Makes a session for whoever a token speaks of, if the role's trust policy lets it. Not signed: the token is the proof. */
export function assumeRoleWithWebIdentity(
  state: SandboxState,
  exchange: Exchange,
  form: Form,
  entry: AuditDraft,
): XmlElements {
  const unknown = [...form.keys()].find((name) => !honoured.has(name));
  if (unknown !== undefined) {
    throw validationError(`The sandbox does not play the parameter ${unknown} of AssumeRoleWithWebIdentity.`);
  }
  const input = assumeRoleInput(new Map([...form].filter(([name]) => name !== 'WebIdentityToken')));
  const now = state.now();
  const provider = state.identityProvider;
  if (!provider) throw new ServiceError(400, 'InvalidIdentityToken', 'No OpenIDConnect provider found in your account');
  const token = provider.verify(form.get('WebIdentityToken') ?? '', now);
  entry.params = { ...entry.params, provider: token.provider, subject: token.subject, audience: token.audience };

  const role = state.principals.role(input.roleArn);
  const context = baseContext(exchange, undefined, undefined, now);
  setKey(context, `${token.issuer}:aud`, token.audience);
  setKey(context, `${token.issuer}:sub`, token.subject);
  setKey(context, 'sts:RoleSessionName', input.sessionName);
  setKey(context, 'sts:DurationSeconds', String(input.durationSeconds));
  const decision =
    role &&
    evaluate(
      {
        caller: { kind: 'federated', provider: token.provider },
        action: 'sts:AssumeRoleWithWebIdentity',
        resource: role.arn,
        resourceAccount: role.account,
        context,
      },
      { identity: [], session: undefined, resource: role.trust, resourceGate: 'trust-policy' },
    );
  entry.decision = decision ? { gate: decision.gate, statement: decision.statement ?? null } : null;
  if (!role || !decision?.allowed) {
    throw new ServiceError(403, 'AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity');
  }
  checkDuration(input.durationSeconds, role, false);
  const session = state.principals.issueSession(role, {
    sessionName: input.sessionName,
    sessionPolicy: input.sessionPolicy,
    tags: new Map(),
    sourceIdentity: undefined,
    issuedAt: now,
    expiresAt: now + input.durationSeconds * 1000 * state.sessionTimeScale,
  });
  return {
    ...resultOf(session, undefined),
    SubjectFromWebIdentityToken: token.subject,
    Audience: token.audience,
    Provider: token.provider,
  };
}
