import { type CrossroleError, CrossroleErrors } from '../errors.js';
import type { JsonDocument, JsonPath } from '../mapping/json-document.js';
import { sandboxError } from './errors.js';
import { type PolicyDocument, type PolicyUse, parsePolicy } from './policy/document.js';

/** What is wrong with a configuration, gathered so that all of it is said at once. */
export interface Problems {
  readonly file: string;
  /** A contradiction at `path`, or at its key. */
  add(path: JsonPath, message: string, remedy?: string, key?: 'key'): void;
  policy(value: unknown, path: JsonPath, use: PolicyUse): PolicyDocument;
  /** Throws what was found, in the order of the file. */
  throwIfAny(): void;
}

export function collectProblems(document: JsonDocument): Problems {
  const found: CrossroleError[] = [];
  return {
    file: document.file,
    add(path, message, remedy, key) {
      const place = document.place(path, key);
      found.push(
        sandboxError('SANDBOX_CONFIG_INVALID', message, { ...place, ...(remedy === undefined ? {} : { remedy }) }),
      );
    },
    policy(value, path, use) {
      const { document: policy, problems } = parsePolicy(value, use);
      for (const { path: inner, message } of problems) {
        found.push(sandboxError('SANDBOX_CONFIG_INVALID', message, document.place([...path, ...inner])));
      }
      return policy;
    },
    throwIfAny() {
      if (found.length === 0) return;
      const order = ({ place: { line = 0, column = 0 } }: CrossroleError): number => line * 1e6 + column;
      throw new CrossroleErrors(found.sort((a, b) => order(a) - order(b)));
    },
  };
}
