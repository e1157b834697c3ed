import { basename, dirname, join } from 'node:path';

/**
 * Where a target keeps its bytes until the commit: hidden, in the same folder (a rename within a folder is one step), and
 * with the run in its name, so that two runs never share a file.
 */
export function unfinishedPathOf(path: string, run: string): string {
  return join(dirname(path), `.${basename(path)}.crossrole-${run}.part`);
}

/** Whether a name is that of a file which a target still writes, or left behind when its process was killed. */
export function isUnfinished(name: string): boolean {
  return /^\..+\.crossrole-[\w-]{1,36}\.part$/s.test(name);
}
