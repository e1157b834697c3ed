import { amazonS3V2 } from '../connector/amazon-s3-v2/connector.js';
import { localFiles } from '../connector/local-files/connector.js';
import type { Connector } from './connector-api.js';

/** Every connector there is: add one by a folder under `connector/` and a line here. */
export const connectors: readonly Connector[] = [amazonS3V2, localFiles];

export function connectorOf(type: string): Connector | undefined {
  return connectors.find((connector) => connector.manifest.type === type);
}
