import { basename, dirname, join, resolve } from 'node:path';
import type { PropertyValues, SideDescription, Warning } from '../connector-api.js';
import { CrossroleError, CrossroleErrors } from '../errors.js';
import { type Connection, loadConnection } from './connection.js';
import { withDefaults } from './defaults.js';
import { mappingError } from './errors.js';
import type { MappingSide } from './plan.js';

export interface ConnectionSide {
  readonly name: string;
  readonly side: MappingSide;
  readonly warnings: readonly Warning[];
}

/** Stands for an object of a target where no mapping names one; it never becomes visible. */
const probeObject = '.crossrole-check';

/**
 * A connection without any mapping, as a source of everything in its folder or as a target there. Throws every mistake that
 * can be found without the network.
 * @param connection a file, or the name of one in `directory`
 */
export function loadConnectionSide(
  connection: string,
  directory: string | undefined,
  kind: MappingSide['kind'],
  environment: NodeJS.ProcessEnv,
): ConnectionSide {
  const file = resolve(directory === undefined ? connection : join(directory, `${basename(connection, '.json')}.json`));
  const name = basename(file, '.json');
  if (!file.endsWith('.json')) {
    throw mappingError('CONNECTION_NOT_FOUND', `${connection} is no connection file`, {
      remedy: 'Give the path of a connection or mapping file, or the name of a connection and --connections FOLDER.',
    });
  }
  const loaded = loadConnection(name, dirname(file), { environment }, {});
  const { connector } = loaded;
  switch (kind) {
    case 'source': {
      const everything = { allowWildcardCharacters: true, enableRecursiveRead: true };
      const configured = connector.configureSource(description(loaded, kind, '*', everything));
      if (!configured.ok) throw new CrossroleErrors(configured.problems.map((problem) => placed(problem, loaded)));
      const side = { transformation: name, kind, side: configured.side };
      return { name, side, warnings: [...loaded.warnings, ...configured.warnings] };
    }
    case 'target': {
      const configured = connector.configureTarget(description(loaded, kind, probeObject, {}));
      if (!configured.ok) throw new CrossroleErrors(configured.problems.map((problem) => placed(problem, loaded)));
      const side = { transformation: name, kind, side: configured.side };
      return { name, side, warnings: [...loaded.warnings, ...configured.warnings] };
    }
  }
}

function description(
  { name, document, connector, properties }: Connection,
  kind: MappingSide['kind'],
  object: string,
  advanced: PropertyValues,
): SideDescription {
  return {
    mapping: 'check',
    transformation: name,
    connectionName: name,
    credentials: 'needed',
    connectionFolder: dirname(document.file),
    connection: properties,
    advanced: withDefaults(connector.manifest[kind].honoured, advanced),
    object,
  };
}

function placed(
  { code, message, remedy, property }: { code: string; message: string; remedy: string; property?: { id: string } },
  { document }: Connection,
): CrossroleError {
  const place = property ? document.place(['properties', property.id], 'key') : document.place([]);
  return new CrossroleError(code, message, remedy, place);
}
