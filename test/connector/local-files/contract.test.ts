import { localFiles } from '../../../connector/local-files/connector.js';
import { connectorContract } from '../contract.js';
import { localPlace } from './local-place.js';

connectorContract('local-files', () => localFiles, localPlace);
