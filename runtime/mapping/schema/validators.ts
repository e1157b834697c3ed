import { createRequire } from 'node:module';
import type { ErrorObject } from 'ajv';
import type { ConnectionFile, MappingFile } from '../mapping-file.js';

/** A compiled schema; after a refusal `errors` says why. */
export interface Validator<T> {
  (value: unknown): value is T;
  errors?: ErrorObject[] | null;
}

interface CompiledValidators {
  readonly mapping: Validator<MappingFile>;
  readonly connection: Validator<ConnectionFile>;
  /** By `advancedSchemaName`. */
  readonly advanced: Readonly<Record<string, Validator<Readonly<Record<string, unknown>>>>>;
}

/** Compiled by the build (`schemas/build.ts`), as compiling them costs more than a small run. */
export const validators: CompiledValidators = createRequire(import.meta.url)('../../../schemas/validators.cjs');
