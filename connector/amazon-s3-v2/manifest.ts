import { readManifest } from '../read-manifest.js';
import content from './manifest.json' with { type: 'json' };

/** What users may set; schemas, documentation and forms derive from it. */
export const manifest = readManifest(content);
