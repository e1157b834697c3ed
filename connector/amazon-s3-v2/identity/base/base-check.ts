import { CrossroleError, type PropertyProblem } from '../../../../runtime/connector-api.js';
import type { BaseIdentity } from './base-identity.js';
import type { BaseSurroundings } from './base-surroundings.js';
import { containerRequest } from './container.js';
import { environmentKeys } from './environment.js';
import { metadataUrl } from './instance-metadata.js';
import { profileChain } from './profile-chain.js';
import { readProfileFiles } from './profile-file.js';
import { tokenIn } from './token-file.js';
import { webIdentityIn } from './web-identity.js';

/** What is wrong with a base identity on this machine, as far as it shows without the network. */
export function baseProblem(base: BaseIdentity, surroundings: BaseSurroundings): PropertyProblem | undefined {
  try {
    lookAt(base, surroundings);
    return undefined;
  } catch (error) {
    if (!(error instanceof CrossroleError)) throw error;
    const { code, message, remedy } = error;
    return { code, message, remedy, property: { in: 'connection', id: 'baseIdentity' } };
  }
}

function lookAt(base: BaseIdentity, surroundings: BaseSurroundings): void {
  const { environment } = surroundings;
  switch (base.kind) {
    case 'iam-user':
      return;
    case 'ec2-role':
      metadataUrl(surroundings.instanceMetadata, '/');
      return;
    case 'environment':
      environmentKeys(environment);
      return;
    case 'container':
      containerRequest(environment);
      return;
    case 'web-identity': {
      const { tokenFile, tokenFileSetting } = webIdentityIn(environment);
      tokenIn(tokenFile, tokenFileSetting);
      return;
    }
    case 'profile': {
      const { source } = profileChain(base.name, readProfileFiles(base.file, surroundings));
      if (source.kind === 'base') lookAt(source.base, surroundings);
      if (source.kind === 'web-identity') tokenIn(source.identity.tokenFile, source.identity.tokenFileSetting);
      return;
    }
  }
}
