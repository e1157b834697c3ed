/** No setting of a session is accepted and ignored: each has rows here that show it in what STS is asked for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { manifest } from '../../connector/amazon-s3-v2/manifest.js';
import { type PropertyValues, systemClock } from '../../runtime/connector-api.js';
import {
  allow,
  byInstance,
  type Changes,
  curatedRole,
  instanceRole,
  landingRole,
  lines,
  mover,
  policy,
  type TwoSides,
  trust,
  twoSides,
} from './two-sides.js';

type Side = 'source' | 'target';

/** A setting on one side, and what of the requests shows it. */
interface Row {
  readonly connection?: PropertyValues;
  readonly advanced?: PropertyValues;
  readonly changes?: Changes;
  seen(sides: TwoSides, side: Side): unknown;
  readonly is: unknown;
}

/** Settings of the role that the side assumes. */
const roleWith = (side: Side, role: object): Changes =>
  side === 'source' ? { landingRole: { ...role } } : { curatedRole: { ...role } };

const roleOf = (side: Side) => (side === 'source' ? landingRole : curatedRole);
const bucketOf = (side: Side) => (side === 'source' ? 'landing' : 'curated');
const asked = (sides: TwoSides, side: Side) => sides.assumed(roleOf(side))[0];
const params = (name: string) => (sides: TwoSides, side: Side) => asked(sides, side)?.params[name];

/** Every character that STS takes in an external id, and as short as it takes one. */
const externalIds = ['aZ09_+=,.@:/-', '+=,.@:/-_', 'x+'];
const anyExternalId = { trust: trust({ StringLike: { 'sts:ExternalId': '*' } }) };
const open = { landingRole: anyExternalId, curatedRole: anyExternalId };
const ownPolicy = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 's3:*', Resource: '*' }] };
const otherUser = {
  other: { accessKeyId: 'AKIAOTHER', secretKeyEnv: 'OTHER_SECRET', policies: [policy(allow('sts:*'))] },
};
const byOther = {
  trust: trust({}, ['arn:aws:iam::111111111111:user/other']),
};
const otherBase: PropertyValues = { accessKey: 'AKIAOTHER', secretKey: { env: 'OTHER_SECRET' } };
const byOtherOn = (side: Side): Changes => ({ moreUsers: otherUser, ...roleWith(side, byOther) });
/** The role of the side is reached by way of another one. */
const hop = { trust: trust({ StringEquals: { 'sts:ExternalId': 'hop-1' } }), policies: [policy(allow('sts:*'))] };
const fromHop = {
  trust: trust({ StringEquals: { 'sts:ExternalId': 'last-2' } }, ['arn:aws:iam::111111111111:role/hop']),
};
const throughHop = (side: Side): PropertyValues => ({
  iamRoleArn: 'arn:aws:iam::111111111111:role/hop',
  externalId: 'hop-1',
  roleChain: [{ roleArn: roleOf(side), externalId: 'last-2' }],
});
const inRegion = (region: string) => ({ trust: trust({ StringEquals: { 'aws:RequestedRegion': region } }) });

const inConnection: Readonly<Record<string, (side: Side) => readonly Row[]>> = {
  accessKey: (side) => [
    { connection: otherBase, changes: byOtherOn(side), seen: (s) => asked(s, side)?.accessKeyId, is: 'AKIAOTHER' },
  ],
  // Only the right secret makes a signature that holds.
  secretKey: (side) => [
    { connection: otherBase, changes: byOtherOn(side), seen: (s) => asked(s, side)?.status, is: 200 },
    {
      connection: { ...otherBase, secretKey: { env: 'MOVER_SECRET' } },
      changes: byOtherOn(side),
      seen: (s) => asked(s, side)?.code,
      is: 'SignatureDoesNotMatch',
    },
  ],
  iamRoleArn: (side) => [{ seen: params('roleArn'), is: roleOf(side) }],
  externalId: () =>
    externalIds.map((externalId) => ({
      connection: { externalId },
      changes: open,
      seen: params('externalId'),
      is: externalId,
    })),
  roleChain: (side) => [
    {
      connection: throughHop(side),
      changes: { moreRoles: { hop }, ...roleWith(side, fromHop) },
      seen: (s, of) => [asked(s, of)?.roleArn, asked(s, of)?.params.externalId],
      is: ['arn:aws:iam::111111111111:role/hop', 'last-2'],
    },
  ],
  sessionTags: () => [
    {
      connection: { sessionTags: { team: 'a b', 'cost:centre': '' } },
      seen: params('tags'),
      is: { team: 'a b', 'cost:centre': '' },
    },
  ],
  transitiveTagKeys: () => [
    {
      connection: { sessionTags: { team: 'a', shift: 'b' }, transitiveTagKeys: ['shift'] },
      seen: params('transitiveTagKeys'),
      is: ['shift'],
    },
  ],
  sourceIdentity: () => [
    { connection: { sourceIdentity: 'night@shift' }, seen: params('sourceIdentity'), is: 'night@shift' },
  ],
  useEc2RoleToAssumeRole: () => [
    { connection: byInstance, seen: (s, side) => asked(s, side)?.roleArn, is: instanceRole },
    { connection: {}, seen: (s, side) => asked(s, side)?.principalArn, is: mover },
  ],
  // The region is part of what is signed, which is where the trust policy has it from.
  regionName: (side) =>
    ['ap-south-1', side === 'source' ? 'eu-west-1' : 'eu-central-1'].map((region, index) => ({
      changes: roleWith(side, inRegion(region)),
      seen: (s, of) => asked(s, of)?.status,
      is: index === 0 ? 403 : 200,
    })),
};

const inAdvanced: Readonly<Record<string, (side: Side) => readonly Row[]>> = {
  temporaryCredentialDuration: () =>
    [900, 901, 43_200].map((seconds) => ({
      advanced: { temporaryCredentialDuration: seconds },
      seen: params('durationSeconds'),
      is: seconds,
    })),
  sessionName: () => [
    { advanced: { sessionName: 'own=name,1.2@3' }, seen: params('sessionName'), is: 'own=name,1.2@3' },
  ],
  sessionPolicy: (side) => [
    { advanced: { sessionPolicy: 'none' }, seen: params('policy'), is: undefined },
    { advanced: { sessionPolicy: ownPolicy }, seen: params('policy'), is: ownPolicy },
    {
      advanced: {},
      seen: (s, of) => JSON.stringify(asked(s, of)?.params.policy).includes(`arn:aws:s3:::${bucketOf(side)}/`),
      is: true,
    },
  ],
};

/**
 * Where a session's requests go, which `role-alone.test.ts` shows for endpoints; bases that are files and variables of the
 * machine, which have tests of their own beside the connector's; and what is said to S3 alone.
 */
const notAskedOfSts = new Set([
  'restEndpoint',
  'stsEndpoint',
  'proxyUrl',
  'caFile',
  'baseIdentity',
  'credentialProfileFilePath',
  'folderPath',
  'forcePathStyle',
  'checksums',
  'expectedBucketOwner',
  'allowWildcardCharacters',
  'enableRecursiveRead',
  'ifExists',
  'acl',
]);

test('every property of a session has its rows', () => {
  const idsOf = (honoured: readonly { readonly id: string }[]) =>
    honoured.map(({ id }) => id).filter((id) => !notAskedOfSts.has(id));
  const { connection, source, target } = manifest;
  assert.deepEqual(idsOf(connection.honoured).sort(), Object.keys(inConnection).sort());
  assert.deepEqual(idsOf(source.honoured).sort(), Object.keys(inAdvanced).sort());
  assert.deepEqual(idsOf(target.honoured).sort(), Object.keys(inAdvanced).sort());
});

for (const side of ['source', 'target'] as const) {
  test(`what a ${side} sets is what STS is asked for`, { concurrency: 3 }, async (t) => {
    const rows = Object.entries({ ...inConnection, ...inAdvanced }).flatMap(([id, rowsOf]) =>
      rowsOf(side).map((row) => ({ id, row })),
    );
    await Promise.all(
      rows.map(({ id, row: { connection = {}, advanced = {}, changes = {}, seen, is } }) =>
        t.test(`${id}: ${JSON.stringify(is)}`, async (t) => {
          const ofSide =
            side === 'source' ? { landing: connection, source: advanced } : { curated: connection, target: advanced };
          const sides = await twoSides(t, { ...changes, ...ofSide });
          await sides.sandbox.putObject('landing', 'in/a.csv', lines(100));
          await sides.runHere(systemClock);
          assert.deepEqual(seen(sides, side), is);
        }),
      ),
    );
  });
}
