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
  /** The gate of `check` at which this is met, where it is always the same one. */
  readonly gate?: string;
}

/** A statement to paste, and the policy that lacks it. */
export interface Fix {
  /** In words, for example `trust policy of role reader in account 111122223333`. */
  readonly attachTo: string;
  readonly statement: object;
}

/** What is known of a refusal beyond what an error says in words. */
export interface Diagnosis {
  /** The gate of `check` that refuses. */
  readonly gate?: string;
  /** The likeliest first; more than one where the answer does not tell which policy refuses. */
  readonly fixes?: readonly Fix[];
}

export type ErrorCatalogue<Code extends string> = Readonly<Record<Code, ErrorEntry>>;

export interface ErrorDetails extends Place, Diagnosis {
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
  readonly diagnosis: Diagnosis;

  constructor(code: string, message: string, remedy: string, place: Place, cause?: unknown, diagnosis: Diagnosis = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.remedy = remedy;
    this.place = place;
    this.diagnosis = diagnosis;
  }

  /** The same error with whatever of its place was still unknown filled in. */
  at(outer: Place): CrossroleError {
    const place = { ...outer, ...this.place };
    return new CrossroleError(this.code, this.message, this.remedy, place, this.cause, this.diagnosis);
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
  return (code, message, { remedy, cause, gate = catalogue[code].gate, fixes = [], ...place } = {}) =>
    new CrossroleError(code, message, remedy ?? catalogue[code].remedy, place, cause, {
      ...(gate === undefined ? {} : { gate }),
      fixes,
    });
}

/** Something the user should know that does not stop the run. */
export interface Warning {
  readonly code: string;
  readonly message: string;
}
