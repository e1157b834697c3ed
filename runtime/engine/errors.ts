import { errorsOf } from '../errors.js';

/** What can go wrong while a mapping runs, apart from what connectors and formats report. */
export const engineErrors = {
  SOURCE_NO_OBJECTS: {
    meaning: 'No object matches what a source reads.',
    remedy: 'Check folder path and object name; wildcards need allowWildcardCharacters.',
  },
  SOURCE_INCOMPLETE: {
    meaning: 'A source object ended before its listed size, or went on after it.',
    remedy: 'Run again; if it stays, the storage does not serve the object whole.',
  },
  TOO_MANY_REJECTS: {
    meaning: 'More rows were rejected than maxRejects allows. Nothing was written to the targets.',
    remedy: 'Look at the rejects, mend the data or the mapping, or raise maxRejects.',
  },
  ROWS_NOT_BALANCED: {
    meaning: 'The rows that went into a transformation are not those that came out. Nothing was written.',
    remedy: 'This is a defect of the program: please report it with the mapping.',
  },
  SAME_OBJECT_LISTED: {
    meaning: "A target's object is among the objects that a source reads.",
    remedy: 'Write to another key, or narrow the pattern of the source.',
  },
  MEMORY_TOO_SMALL: {
    meaning: 'The memory for buffers does not suffice for one buffer of the size needed.',
    remedy: 'Give more with --memory.',
  },
} as const;

export const engineError = errorsOf(engineErrors);
