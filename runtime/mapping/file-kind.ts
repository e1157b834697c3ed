import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { CrossroleError, CrossroleErrors } from '../errors.js';
import { readJsonFile } from './json-document.js';

/**
 * Whether a name given to `check` means a connection: a file with properties and without transformations, or no file at all
 * but the name of a connection. A file that is not sound is left to whoever loads mappings, and says what is wrong with it.
 */
export function isConnectionName(name: string): boolean {
  const file = resolve(name);
  if (!existsSync(file)) return !name.endsWith('.json');
  try {
    const { value } = readJsonFile(file);
    return typeof value === 'object' && value !== null && 'properties' in value && !('transformations' in value);
  } catch (error) {
    if (error instanceof CrossroleError || error instanceof CrossroleErrors) return false;
    throw error;
  }
}
