import { connectorContract } from '../contract.js';
import { sandboxPlace } from './sandbox-place.js';

connectorContract(
  'amazon-s3-v2',
  ({ connector }) => connector,
  () => sandboxPlace(),
);
