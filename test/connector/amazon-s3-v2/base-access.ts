import type { BaseAccess } from '../../../connector/amazon-s3-v2/identity/base/base-keys.js';
import { directNetwork } from '../../../connector/amazon-s3-v2/storage/network.js';
import type { Clock, Warning } from '../../../runtime/connector-api.js';

/** A machine with nothing on it but `environment`, whose STS and instance metadata are both at `endpoint`. */
export function baseAccess(
  endpoint: string,
  clock: Clock,
  options: {
    readonly environment?: NodeJS.ProcessEnv;
    readonly connectionFolder?: string;
    warn?(warning: Warning): void;
  } = {},
): BaseAccess {
  const { environment = {}, connectionFolder = '/', warn = () => {} } = options;
  return {
    surroundings: { environment, connectionFolder, instanceMetadata: endpoint },
    sts: { region: 'eu-west-1', endpoint, network: directNetwork, clock, signal: new AbortController().signal, warn },
    sessionName: 'on-the-way',
  };
}
