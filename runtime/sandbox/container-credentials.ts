import { applyFault, type Exchange, type FaultWording, type Outcome, type SandboxState } from './exchange.js';
import type { Delivery } from './faults.js';
import type { Reply } from './http/reply.js';
import { machineSession } from './machine-session.js';
import { ServiceError } from './service-error.js';
import { headerOf } from './signature/request-line.js';
import { secondsText } from './sts/assume-role.js';

/** Where it is; on AWS it has a link-local address of its own. */
export const CONTAINER_CREDENTIALS_PATH = '/v2/container-credentials';

const wording: FaultWording = {
  throttled: () => new ServiceError(429, 'TooManyRequests', 'Rate exceeded'),
  failed: () => new ServiceError(500, 'InternalServerError', 'Internal Server Error'),
  expired: () => new ServiceError(401, 'Unauthorized', 'Unauthorized'),
};

/** The endpoint that hands an ECS task or an EKS pod its role (ECS and EKS guides: task IAM role, pod identity). */
export function containerCredentials(): (state: SandboxState, exchange: Exchange) => Outcome {
  const currentSession = machineSession('container');
  return (state, { head, entry }) => {
    let delivery: Delivery = { kind: 'whole' };
    entry.operation = 'GetCredentials';
    try {
      delivery = applyFault(state, { service: 'container', operation: 'GetCredentials' }, undefined, wording);
      const { containerRole } = state.principals;
      if (!containerRole) throw new ServiceError(404, 'NotFound', 'There is no container role');
      if (containerRole.wantsToken && headerOf(head.headers, 'authorization') !== state.podToken) {
        throw new ServiceError(401, 'Unauthorized', 'The authorization token is missing or not the one of the file');
      }
      const { accessKeyId, secretAccessKey, token, principal } = currentSession(state, containerRole.role);
      entry.roleArn = containerRole.role.arn;
      entry.sessionName = principal.sessionName;
      const document = {
        RoleArn: containerRole.role.arn,
        AccessKeyId: accessKeyId,
        SecretAccessKey: secretAccessKey,
        Token: token,
        Expiration: secondsText(principal.expiresAt),
      };
      return { reply: jsonReply(200, document), delivery };
    } catch (error) {
      if (!(error instanceof ServiceError)) throw error;
      entry.code = error.code;
      return { reply: jsonReply(error.status, { code: error.code, message: error.message }), delivery };
    }
  };
}

function jsonReply(status: number, document: object): Reply {
  const bytes = Buffer.from(JSON.stringify(document));
  return { status, headers: { 'Content-Type': 'application/json' }, body: { kind: 'bytes', bytes } };
}
