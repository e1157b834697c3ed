import type {
  Configured,
  Connector,
  PropertyProblem,
  SideDescription,
  SourceSide,
  TargetSide,
} from '../../runtime/connector-api.js';
import { objectPattern } from '../object-pattern.js';
import { probeSource, probeTarget } from './diagnosis/probe.js';
import { amazonS3V2Error, amazonS3V2Errors } from './errors.js';
import { baseProblem } from './identity/base/base-check.js';
import { identityOf } from './identity/identity.js';
import { type Folder, folderOf, objectProblem, uriOf } from './location.js';
import { manifest } from './manifest.js';
import { sidePolicies } from './policies/side-policies.js';
import { openSide, type SideSettings, sideSettings } from './side.js';
import { listObjects } from './source/list.js';
import { readObject } from './source/read.js';
import { endpointProblems } from './storage/endpoints.js';
import { networkOf } from './storage/network.js';
import { commitUpload, look } from './target/commit.js';
import { cannedAcl, type ObjectSettings } from './target/object-settings.js';
import type { PreparedUpload } from './target/prepared-upload.js';
import { beginUpload } from './target/upload.js';

/** Reads and writes objects in Amazon S3 and S3-compatible storage, each side under a session of its own. */
export const amazonS3V2: Connector = amazonS3V2Connector(process.env);

/** @param environment what a base identity that a connection names is found by, and endpoints; nothing else is taken from it */
export function amazonS3V2Connector(environment: NodeJS.ProcessEnv): Connector {
  return {
    manifest,
    configureSource: (side) => configureSource(side, environment),
    configureTarget: (side) => configureTarget(side, environment),
  };
}

function configureSource(side: SideDescription, environment: NodeJS.ProcessEnv): Configured<SourceSide> {
  const allowWildcardCharacters = side.advanced.allowWildcardCharacters === true;
  const enableRecursiveRead = side.advanced.enableRecursiveRead === true;
  const sound = soundSettings(side, environment, recursionProblems(allowWildcardCharacters, enableRecursiveRead));
  if (!sound.ok) return sound;

  const { settings, folder } = sound.side;
  const pattern = objectPattern(folder.prefix, side.object, { allowWildcardCharacters, enableRecursiveRead });
  const uri = uriOf(folder.bucket, folder.prefix + side.object);
  const keys = pattern.hasWildcards
    ? ({
        kind: 'pattern',
        literal: pattern.prefix,
        pattern: (folder.prefix + side.object).slice(pattern.prefix.length),
      } as const)
    : ({ kind: 'key', key: pattern.prefix } as const);
  const access = { side: 'source', keys } as const;
  return {
    ok: true,
    warnings: sound.warnings,
    side: {
      describes: uri,
      uri: pattern.hasWildcards ? undefined : uri,
      neededPolicies: (terms) => sidePolicies(settings, access, terms),
      async open(run) {
        const { requests, session, close } = await openSide(settings, access, run);
        return {
          list: () => listObjects(requests, pattern),
          open: (object, range) => readObject(requests, object, range, run.clock),
          session: session.report,
          sessionEndsIn: session.endsIn,
          close,
        };
      },
      probe: (context) => probeSource(settings, access, pattern, uri, context),
    },
  };
}

function configureTarget(side: SideDescription, environment: NodeJS.ProcessEnv): Configured<TargetSide> {
  const sound = soundSettings(side, environment, []);
  if (!sound.ok) return sound;

  const { settings, folder } = sound.side;
  const key = folder.prefix + side.object;
  const uri = uriOf(folder.bucket, key);
  const acl = cannedAcl(side.advanced.acl);
  const ifExists = side.advanced.ifExists === 'fail' ? 'fail' : 'overwrite';
  const access = { side: 'target', key, setsAcl: acl !== undefined } as const;
  return {
    ok: true,
    warnings: sound.warnings,
    side: {
      uri,
      neededPolicies: (terms) => sidePolicies(settings, access, terms),
      async open(run) {
        const { requests, session, close } = await openSide(settings, access, run);
        const object: ObjectSettings = { key, run: run.run, ifExists, acl };
        if (ifExists === 'fail' && (await look(requests, key)).kind === 'object') {
          await close();
          throw amazonS3V2Error('TARGET_EXISTS', `${uri} exists already`, { object: uri });
        }
        return {
          beginWrite: async () => beginUpload(requests, object, run),
          commit: (prepared: PreparedUpload) => commitUpload(requests, object, prepared),
          session: session.report,
          sessionEndsIn: session.endsIn,
          close,
        };
      },
      probe: (context) => probeTarget(settings, access, { key, run: context.run, ifExists, acl }, context),
    },
  };
}

function soundSettings(
  side: SideDescription,
  environment: NodeJS.ProcessEnv,
  more: readonly PropertyProblem[],
): Configured<{ readonly settings: SideSettings; readonly folder: Folder }> {
  const identity = identityOf(side.connection, side.advanced);
  const folder = folderOf(side.connection.folderPath, side.advanced.folderPath);
  const problems: PropertyProblem[] = [];
  const network = networkOf(side.connection, side.connectionFolder);
  if (!identity.ok) problems.push(...identity.problems);
  if (!network.ok) problems.push(...network.problems);
  problems.push(...endpointProblems(side.connection, environment));
  if (!folder.ok) problems.push(folder.problem);
  const object = folder.ok ? objectProblem(folder.folder, side.object) : undefined;
  if (object) problems.push(object);
  problems.push(...more);
  if (!identity.ok || !network.ok || !folder.ok || problems.length > 0) return { ok: false, problems };

  const settings = sideSettings(side, identity.identity, folder.folder.bucket, network.network, environment);
  if (identity.identity.kind === 'assumed-role' && side.credentials === 'needed') {
    const missing = baseProblem(identity.identity.base, settings.surroundings);
    if (missing) return { ok: false, problems: [missing] };
  }
  return { ok: true, warnings: identity.warnings, side: { settings, folder: folder.folder } };
}

function recursionProblems(allowWildcardCharacters: boolean, enableRecursiveRead: boolean): PropertyProblem[] {
  if (allowWildcardCharacters || !enableRecursiveRead) return [];
  const code = 'RECURSIVE_WITHOUT_WILDCARDS';
  const property = { in: 'advanced', id: 'enableRecursiveRead' } as const;
  const message = '`enableRecursiveRead` needs `allowWildcardCharacters`';
  return [{ code, message, remedy: amazonS3V2Errors[code].remedy, property }];
}
