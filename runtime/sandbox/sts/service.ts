import { baseContext } from '../context.js';
import { applyFault, type Exchange, noteCaller, type Outcome, type SandboxState } from '../exchange.js';
import type { Delivery } from '../faults.js';
import { receiveText } from '../http/receive-body.js';
import type { Reply } from '../http/reply.js';
import type { Principal } from '../principals.js';
import { ServiceError } from '../service-error.js';
import { authenticate } from '../signature/authenticate.js';
import { parseQuery } from '../signature/request-line.js';
import { sha256Hex } from '../signature/sigv4.js';
import { assumeRole } from './assume-role.js';
import { assumeRoleWithWebIdentity } from './assume-role-with-web-identity.js';
import { askedFor, assumeRoleInput, type Form } from './parameters.js';
import { stsErrorReply, stsReply, stsWording } from './wording.js';

/** Far more than the longest AssumeRole. */
const MAX_FORM_BYTES = 128 * 1024;
const VERSION = '2011-06-15';
const operations = ['AssumeRole', 'AssumeRoleWithWebIdentity', 'GetCallerIdentity'];

/** Answers one request to STS: a form posted to `/`. */
export async function answerSts(state: SandboxState, exchange: Exchange): Promise<Outcome> {
  const { head, entry, message, requestId } = exchange;
  let delivery: Delivery = { kind: 'whole' };
  try {
    exchange.acceptBody();
    const body = await receiveText(
      message,
      MAX_FORM_BYTES,
      () => new ServiceError(413, 'RequestEntityTooLarge', 'The form is too large'),
    );
    const form: Form = new Map(parseQuery(body.toString('utf8')).map(({ name, value }) => [name, value]));
    const action = form.get('Action') ?? '';
    const known = operations.includes(action);
    entry.operation = known ? action : 'Unknown';
    entry.params = known && action !== 'GetCallerIdentity' ? askedFor(form) : {};
    const authenticated = authenticate(
      head,
      'sts',
      sha256Hex(body),
      state.principals,
      state.now(),
      stsWording,
      (id, credentials) => noteCaller(entry, id, credentials),
    );
    const target = { service: 'sts', operation: entry.operation, roleArn: form.get('RoleArn') } as const;
    delivery = applyFault(state, target, authenticated?.credentials, stsWording);
    if (action === 'AssumeRoleWithWebIdentity' && form.get('Version') === VERSION) {
      return { reply: stsReply(action, assumeRoleWithWebIdentity(state, exchange, form, entry), requestId), delivery };
    }
    if (!authenticated)
      throw new ServiceError(403, 'MissingAuthenticationToken', 'Request is missing Authentication Token');
    if (!known || form.get('Version') !== VERSION) {
      throw new ServiceError(
        400,
        'InvalidAction',
        `Could not find operation ${action} for version ${form.get('Version') ?? 'NO_VERSION_SPECIFIED'}`,
      );
    }
    const { principal } = authenticated.credentials;
    if (action === 'GetCallerIdentity') return { reply: callerIdentity(principal, requestId), delivery };
    const context = baseContext(exchange, principal, authenticated.signature.scope.region, state.now());
    const result = assumeRole(state, principal, assumeRoleInput(form), context, entry);
    return { reply: stsReply(action, result, requestId), delivery };
  } catch (error) {
    if (!(error instanceof ServiceError)) throw error;
    entry.code = error.code;
    return { reply: stsErrorReply(error, requestId), delivery };
  }
}

/** Needs no permission: everyone may know who they are. */
function callerIdentity({ arn, userId, account }: Principal, requestId: string): Reply {
  return stsReply('GetCallerIdentity', { Arn: arn, UserId: userId, Account: account }, requestId);
}
