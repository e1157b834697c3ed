import type { Service } from './audit.js';

export type FaultKind = 'throttle' | 'reset' | 'truncate' | 'error500' | 'slow' | 'stall' | 'expire';

/** A fault as configured: which requests it meets and what it does to them. */
export interface FaultConfig {
  readonly on: {
    readonly service?: Service;
    readonly operation?: string;
    readonly bucket?: string;
    readonly key?: string;
    readonly roleArn?: string;
    /** Only the n-th request that matches the rest, 1-based. */
    readonly occurrence?: number;
    /** Every n-th. */
    readonly every?: number;
  };
  readonly do: FaultKind;
  /** Bytes of the answer's body that still go out: reset, truncate, stall. */
  readonly afterBytes?: number;
  /** slow. */
  readonly bytesPerSecond?: number;
}

/** What a fault is matched against. */
export interface FaultTarget {
  readonly service: Service;
  readonly operation: string;
  readonly bucket?: string | undefined;
  readonly key?: string | undefined;
  readonly roleArn?: string | undefined;
}

/** What happens instead of the operation, which then has no effect. */
export type FaultInstead = 'throttle' | 'error500' | 'expire' | 'reset';

/** What happens to the answer of an operation that took effect. */
export type Delivery =
  | { readonly kind: 'whole' }
  | { readonly kind: 'cut'; readonly afterBytes: number; readonly how: 'reset' | 'truncate' | 'stall' }
  | { readonly kind: 'slow'; readonly bytesPerSecond: number };

export interface Fault {
  readonly instead: FaultInstead | undefined;
  readonly delivery: Delivery;
}

const DEFAULT_BYTES_PER_SECOND = 1000;
const none: Fault = { instead: undefined, delivery: { kind: 'whole' } };

/** Counts matching requests and says which fault, if any, meets a request; the first in the list wins. */
export function faultInjector(faults: readonly FaultConfig[]): (target: FaultTarget) => Fault {
  const counted = faults.map((fault) => ({ fault, seen: 0 }));
  return (target) => {
    let met: FaultConfig | undefined;
    for (const entry of counted) {
      if (!matches(entry.fault, target)) continue;
      entry.seen++;
      if (isDue(entry.fault, entry.seen)) met ??= entry.fault;
    }
    return met ? effectOf(met) : none;
  };
}

function matches({ on }: FaultConfig, target: FaultTarget): boolean {
  const same = (wanted: string | undefined, actual: string | undefined): boolean =>
    wanted === undefined || wanted === actual;
  return (
    same(on.service, target.service) &&
    same(on.operation, target.operation) &&
    same(on.bucket, target.bucket) &&
    same(on.key, target.key) &&
    same(on.roleArn, target.roleArn)
  );
}

function isDue({ on }: FaultConfig, seen: number): boolean {
  if (on.occurrence !== undefined) return seen === on.occurrence;
  return on.every === undefined || seen % on.every === 0;
}

function effectOf(fault: FaultConfig): Fault {
  switch (fault.do) {
    case 'throttle':
    case 'error500':
    case 'expire':
      return { instead: fault.do, delivery: none.delivery };
    case 'reset':
      if (fault.afterBytes === undefined) return { instead: 'reset', delivery: none.delivery };
      return { instead: undefined, delivery: { kind: 'cut', afterBytes: fault.afterBytes, how: 'reset' } };
    case 'truncate':
    case 'stall':
      return { instead: undefined, delivery: { kind: 'cut', afterBytes: fault.afterBytes ?? 0, how: fault.do } };
    case 'slow':
      return {
        instead: undefined,
        delivery: { kind: 'slow', bytesPerSecond: fault.bytesPerSecond ?? DEFAULT_BYTES_PER_SECOND },
      };
  }
}
