import { errorsOf } from '../errors.js';

export const sandboxErrors = {
  SANDBOX_CONFIG_INVALID: {
    meaning: 'The configuration of a sandbox names something that does not exist or that the sandbox does not know.',
    remedy: 'docs/sandbox.md lists what it knows.',
  },
} as const;

export const sandboxError = errorsOf(sandboxErrors);
