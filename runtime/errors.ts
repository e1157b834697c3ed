/** Where a user has to look: a spot in a file, a transformation of the mapping, a row of an object. */
export interface Place {
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  /** 1-based, in UTF-16 code units, as editors count. */
  readonly column?: number;
  readonly transformation?: string;
  readonly object?: string;
  /** 1-based data row of `object`. */
  readonly row?: number;
}

/** What the catalogue says of a code, for `docs/errors.md`, and the remedy used where the thrower knows no better one. */
export interface ErrorEntry {
  readonly meaning: string;
  readonly remedy: string;
}

export type ErrorCatalogue<Code extends string> = Readonly<Record<Code, ErrorEntry>>;

export interface ErrorDetails extends Place {
  /** What to do about it; defaults to the catalogue's remedy. */
  readonly remedy?: string;
  readonly cause?: unknown;
}

/**
 * A mistake or refusal that a person can do something about: stable code, what, where, remedy.
 * Anything else that is thrown is a defect of the program and crashes with its stack.
 */
export class CrossroleError extends Error {
  override readonly name = 'CrossroleError';
  readonly code: string;
  readonly remedy: string;
  readonly place: Place;

  constructor(code: string, message: string, remedy: string, place: Place, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.remedy = remedy;
    this.place = place;
  }

  /** The same error with whatever of its place was still unknown filled in. */
  at(outer: Place): CrossroleError {
    return new CrossroleError(this.code, this.message, this.remedy, { ...outer, ...this.place }, this.cause);
  }
}

/** Several mistakes found in one go, in the order in which a reader of the file meets them. */
export class CrossroleErrors extends Error {
  override readonly name = 'CrossroleErrors';
  readonly errors: readonly CrossroleError[];

  constructor(errors: readonly CrossroleError[]) {
    super(errors.map((error) => error.message).join('; '));
    this.errors = errors;
  }
}

export type ErrorFactory<Code extends string> = (code: Code, message: string, details?: ErrorDetails) => CrossroleError;

/** Makes the one way to create errors of a catalogue; a code that the catalogue lacks does not compile. */
export function errorsOf<Code extends string>(catalogue: ErrorCatalogue<Code>): ErrorFactory<Code> {
  return (code, message, { remedy, cause, ...place } = {}) =>
    new CrossroleError(code, message, remedy ?? catalogue[code].remedy, place, cause);
}

/** Something the user should know that does not stop the run. */
export interface Warning {
  readonly code: string;
  readonly message: string;
}
