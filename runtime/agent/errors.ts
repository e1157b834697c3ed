import { errorsOf } from '../errors.js';

/** What can be wrong with a command line or a fixture. */
export const agentErrors = {
  USAGE: { meaning: 'The command line is not understood.', remedy: 'See secure-agent --help.' },
  FIXTURE_INVALID: {
    meaning: 'A fixture folder lacks a part or holds one that can not be used.',
    remedy: 'See docs/fixtures.md.',
  },
  INTERNAL_ERROR: {
    meaning: 'The program met a state that it should not reach.',
    remedy: 'This is a defect of the program: please report it, with what --debug prints.',
  },
  OUTPUT_NOT_WRITTEN: {
    meaning: 'The results could not be written to stdout; what the run did to its targets stands.',
    remedy: 'Free space where stdout goes, or send it elsewhere; look at the targets before running again.',
  },
  SANDBOX_NOT_STARTED: { meaning: 'The sandbox could not be started.', remedy: 'Choose another port, or none.' },
} as const;

export const agentError = errorsOf(agentErrors);
