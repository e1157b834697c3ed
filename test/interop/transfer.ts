import { randomBytes } from 'node:crypto';
import type { TestContext } from 'node:test';
import type { RunReport } from '../../runtime/engine/report.js';
import { reportOf, runAgent } from '../runtime/agent/agent-process.js';
import { workspace } from '../runtime/mapping/workspace.js';
import { type Owner, ownerOf } from './owner.js';
import { type AccessKey, type Place, type Servers, serversOf } from './servers.js';

type Settings = Readonly<Record<string, unknown>>;

/** What a test says about one side, beyond where it is. */
export interface SideSettings {
  readonly object: string;
  readonly fields?: readonly (Settings | string)[];
  readonly advanced?: Settings;
  /** In place of, or besides, what every connection of these tests has; undefined takes it away. */
  readonly connection?: Settings;
}

export interface MappingSettings {
  readonly source: SideSettings;
  readonly target: SideSettings;
  /** Between the two, each with the one before it as its input. */
  readonly between?: readonly ({ readonly name: string } & Settings)[];
  /** Who assumes the roles; the base user unless it is given. */
  readonly caller?: AccessKey;
}

/** A folder of its own in both buckets, and the built command that moves data from one to the other. */
export interface Transfer {
  readonly servers: Servers;
  /** Full key below which the source's objects are, and the target's. */
  readonly folders: { readonly source: string; readonly target: string };
  readonly source: Owner;
  readonly target: Owner;
  /** `secure-agent run --json` in a process of its own. */
  run(mapping: MappingSettings): Promise<{ readonly status: number | null; readonly report: RunReport }>;
}

export function transfer(t: TestContext): Transfer {
  const servers = serversOf(process.env);
  const own = `crossrole-${randomBytes(6).toString('hex')}/`;
  const folders = { source: servers.source.prefix + own, target: servers.target.prefix + own };
  const files = workspace(t);

  const connection = (name: string, { role, bucket }: Place, folder: string, more: Settings = {}) => ({
    name,
    type: 'amazon-s3-v2',
    properties: {
      accessKey: { env: 'BASE_KEY' },
      secretKey: { env: 'BASE_SECRET' },
      iamRoleArn: role,
      folderPath: `${bucket}/${folder.slice(0, -1)}`,
      regionName: servers.region,
      restEndpoint: servers.s3Endpoint,
      stsEndpoint: servers.stsEndpoint,
      forcePathStyle: true,
      ...more,
    },
  });

  return {
    servers,
    folders,
    source: ownerOf(t, servers, servers.source, folders.source),
    target: ownerOf(t, servers, servers.target, folders.target),
    async run({ source, target, between = [], caller = servers.base }) {
      files.write('connections/from.json', connection('from', servers.source, folders.source, source.connection));
      files.write('connections/to.json', connection('to', servers.target, folders.target, target.connection));
      const acl = servers.targetAcl === undefined ? {} : { acl: servers.targetAcl };
      const names = ['rows', ...between.map(({ name }) => name)];
      const mapping = files.write('mapping.json', {
        name: 'interop',
        transformations: [
          side('rows', 'source', 'from', source),
          ...between.map((step, index) => ({ ...step, input: names[index] })),
          {
            ...side('copy', 'target', 'to', { ...target, advanced: { ...acl, ...target.advanced } }),
            input: names.at(-1),
          },
        ],
      });
      const environment = { BASE_KEY: caller.accessKeyId, BASE_SECRET: caller.secretAccessKey };
      const ended = await runAgent(['run', mapping, '--json'], environment);
      return { status: ended.status, report: reportOf(ended) };
    },
  };
}

function side(name: string, type: string, connection: string, { object, fields, advanced }: SideSettings) {
  return {
    name,
    type,
    connection,
    object,
    format: { type: 'csv' },
    ...(fields === undefined ? {} : { fields }),
    ...(advanced === undefined ? {} : { advanced }),
  };
}
