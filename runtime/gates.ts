import type { Clock } from './clock.js';
import { CrossroleError } from './errors.js';

interface GateHead {
  /** Stable, for programs: `base`, `assume-role`, `read`, … */
  readonly gate: string;
  /** For people: what is tried, and on what. */
  readonly label: string;
}

/** One gate on the way of a source or target, as it is being walked through. */
export type Gate =
  | (GateHead & { readonly state: 'begun' })
  | (GateHead & { readonly state: 'passed' | 'skipped'; readonly detail: string; readonly durationMs: number })
  | (GateHead & {
      /** `warned` passes and is not as it should be; nothing passes after `refused`. */
      readonly state: 'warned' | 'refused';
      readonly detail: string;
      readonly durationMs: number;
      readonly error: CrossroleError;
    });

export type GateResult =
  | { readonly state: 'passed' | 'skipped'; readonly detail: string }
  | { readonly state: 'warned'; readonly detail: string; readonly error: CrossroleError };

/** A gate to be walked through: `pass` throws what refuses. */
export interface GateStep extends GateHead {
  pass(): Promise<GateResult>;
}

/**
 * Walks through the gates in their order up to the first that refuses; those behind it are reported as skipped. A refusal
 * that names a later gate, such as a read that fails only because its object can not be decrypted, is reported there.
 */
export async function* walkGates(steps: readonly GateStep[], clock: Clock): AsyncIterable<Gate> {
  for (const [index, { gate, label, pass }] of steps.entries()) {
    yield { gate, label, state: 'begun' };
    const begun = clock.monotonic();
    const durationMs = (): number => Math.round(clock.monotonic() - begun);
    try {
      const result = await pass();
      yield { gate, label, ...result, durationMs: durationMs() };
    } catch (error) {
      if (!(error instanceof CrossroleError)) throw error;
      const behind = steps.slice(index + 1);
      const refusing = behind.findIndex((step) => step.gate === error.diagnosis.gate);
      if (refusing === -1) yield refused({ gate, label }, error, durationMs());
      else {
        const detail = `not what refuses: see ${behind[refusing].gate}`;
        yield { gate, label, state: 'passed', detail, durationMs: durationMs() };
      }
      yield* behind.map((step, position) => (position === refusing ? refused(step, error, 0) : notReached(step)));
      return;
    }
  }
}

function refused({ gate, label }: GateHead, error: CrossroleError, durationMs: number): Gate {
  return { gate, label, state: 'refused', detail: error.message, durationMs, error };
}

function notReached({ gate, label }: GateHead): Gate {
  return { gate, label, state: 'skipped', detail: 'not reached', durationMs: 0 };
}
