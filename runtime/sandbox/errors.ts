import { errorsOf } from '../errors.js';

/** What can be wrong with a sandbox configuration, beyond its JSON. */
export const sandboxErrors = {
  SANDBOX_CONFIG_INVALID: {
    meaning: "Parts of a sandbox configuration contradict each other, or name something that isn't there.",
    remedy: 'See docs/sandbox.md.',
  },
  SANDBOX_POLICY_INVALID: {
    meaning: 'A policy has an element, action, condition operator or condition key that the sandbox does not know.',
    remedy: 'See docs/sandbox.md for what it knows; it never ignores a part of a policy.',
  },
} as const;

export const sandboxError = errorsOf(sandboxErrors);
