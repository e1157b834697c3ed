import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type {
  Configured,
  Connector,
  PropertyProblem,
  SideDescription,
  SourceSide,
  TargetSide,
} from '../../runtime/connector-api.js';
import { objectPattern } from '../object-pattern.js';
import { localFilesErrors } from './errors.js';
import { listFiles } from './list.js';
import { manifest } from './manifest.js';
import { probeSource, probeTarget } from './probe.js';
import { readFile } from './read.js';
import { beginFile, checkTarget, commitFile, type IfExists, type PreparedFile } from './write.js';

/** Reads and writes files of this machine; needs no session. */
export const localFiles: Connector = { manifest, configureSource, configureTarget };

function configureSource(side: SideDescription): Configured<SourceSide> {
  const allowWildcardCharacters = side.advanced.allowWildcardCharacters === true;
  const enableRecursiveRead = side.advanced.enableRecursiveRead === true;
  const problems = pathProblems(side.object);
  if (enableRecursiveRead && !allowWildcardCharacters) problems.push(recursiveWithoutWildcards());
  if (problems.length > 0) return { ok: false, problems };

  const folder = folderOf(side);
  const pattern = objectPattern('', side.object, { allowWildcardCharacters, enableRecursiveRead });
  const path = join(folder, side.object);
  return {
    ok: true,
    warnings: [],
    side: {
      describes: path,
      uri: pattern.hasWildcards ? undefined : pathToFileURL(path).href,
      neededPolicies: async () => [],
      open: async ({ signal }) => ({
        list: () => listFiles(folder, pattern),
        open: (object, range) => readFile(object, range, signal),
        session: () => undefined,
        sessionEndsIn: () => undefined,
        close: async () => {},
      }),
      probe: (context) => probeSource(folder, pattern, context),
    },
  };
}

function configureTarget(side: SideDescription): Configured<TargetSide> {
  const problems = pathProblems(side.object);
  if (problems.length > 0) return { ok: false, problems };

  const ifExists: IfExists = side.advanced.ifExists === 'fail' ? 'fail' : 'overwrite';
  const path = join(folderOf(side), side.object);
  return {
    ok: true,
    warnings: [],
    side: {
      uri: pathToFileURL(path).href,
      neededPolicies: async () => [],
      async open({ run, signal }) {
        await checkTarget(path, ifExists);
        return {
          beginWrite: () => beginFile(path, run, signal),
          commit: (prepared: PreparedFile) => commitFile(prepared, ifExists),
          session: () => undefined,
          sessionEndsIn: () => undefined,
          close: async () => {},
        };
      },
      probe: (context) => probeTarget(path, ifExists, context),
    },
  };
}

function folderOf({ connectionFolder, connection }: SideDescription): string {
  return resolve(connectionFolder, String(connection.folderPath));
}

function pathProblems(object: string): PropertyProblem[] {
  const segments = object.split('/');
  const name = segments[segments.length - 1];
  if (object.startsWith('/') || segments.includes('..')) {
    return [problem('PATH_OUTSIDE_FOLDER', `"${object}" leaves the folder of the connection`)];
  }
  if (name === '' || name === '.' || segments.includes('.') || segments.includes('') || object.includes('\0')) {
    return [problem('OBJECT_NAME_INVALID', `"${object}" is no path of a file: a segment is empty or \`.\``)];
  }
  return [];
}

function problem(code: keyof typeof localFilesErrors, message: string): PropertyProblem {
  return { code, message, remedy: localFilesErrors[code].remedy, property: { in: 'transformation', id: 'object' } };
}

function recursiveWithoutWildcards(): PropertyProblem {
  const code = 'RECURSIVE_WITHOUT_WILDCARDS';
  return {
    code,
    message: '`enableRecursiveRead` needs `allowWildcardCharacters`',
    remedy: localFilesErrors[code].remedy,
    property: { in: 'advanced', id: 'enableRecursiveRead' },
  };
}
