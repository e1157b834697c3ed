import type { SessionReport } from '../connector-api.js';
import type { StageCounts } from './stages.js';

export type RunPhase = 'opening' | 'listing' | 'moving' | 'storing' | 'committing' | 'done';

/** What a watcher may look at while a run goes on; the engine alone changes it. */
export interface RunState {
  phase: RunPhase;
  readonly sources: SourceState[];
  readonly targets: TargetState[];
}

export interface SourceState {
  readonly name: string;
  readonly objects: number;
  /** Of all objects together. */
  readonly bytesListed: number;
  readonly counts: Readonly<StageCounts>;
  session(): SessionReport | undefined;
}

export interface TargetState {
  readonly name: string;
  readonly uri: string;
  readonly counts: Readonly<StageCounts>;
  session(): SessionReport | undefined;
}

export function runState(): RunState {
  return { phase: 'opening', sources: [], targets: [] };
}
