import { homedir } from 'node:os';

/** The part of a machine that base identities may look at, and only where a connection names one that does. */
export interface BaseSurroundings {
  readonly environment: NodeJS.ProcessEnv;
  /** Absolute; relative paths of the connection start here. */
  readonly connectionFolder: string;
  /** Endpoint of the instance metadata service. */
  readonly instanceMetadata: string;
}

/** The variable's value; a blank one counts as not set, as in all AWS SDKs. */
export function variable(environment: NodeJS.ProcessEnv, name: string): string | undefined {
  const value = environment[name];
  return value === undefined || value.trim() === '' ? undefined : value;
}

/** Where `.aws` lies. */
export function homeFolder(environment: NodeJS.ProcessEnv): string {
  return variable(environment, 'HOME') ?? variable(environment, 'USERPROFILE') ?? homedir();
}
