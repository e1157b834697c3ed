import type { StageCounts } from './stages.js';

export type RunPhase = 'opening' | 'listing' | 'moving' | 'storing' | 'committing' | 'done';

/** What a watcher may look at while a run goes on; the engine alone changes it. */
export interface RunState {
  phase: RunPhase;
  readonly sources: SourceState[];
  readonly targets: TargetState[];
}

/** A source or target at work. */
interface SideState {
  readonly name: string;
  readonly counts: Readonly<StageCounts>;
  /** Milliseconds until the session held now ends; undefined where there is none. */
  sessionEndsIn(): number | undefined;
}

export interface SourceState extends SideState {
  readonly objects: number;
  /** Of all objects together. */
  readonly bytesListed: number;
}

export interface TargetState extends SideState {
  readonly uri: string;
}

export function runState(): RunState {
  return { phase: 'opening', sources: [], targets: [] };
}
