import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { amazonS3V2Connector } from '../../../connector/amazon-s3-v2/connector.js';
import { endpointsOf, hasKms } from '../../../connector/amazon-s3-v2/storage/endpoints.js';
import type { PropertyValues } from '../../../runtime/connector-api.js';
import { configured, sideOf } from '../test-run.js';

const connector = amazonS3V2Connector({});
const connection: PropertyValues = {
  accessKey: 'AKIAMOVER',
  secretKey: 'secret',
  iamRoleArn: 'arn:aws:iam::111122223333:role/reader',
  folderPath: 'landing/raw',
  regionName: 'eu-west-1',
};

const source = (object: string, advanced: PropertyValues = {}) =>
  connector.configureSource(sideOf(object, connection, advanced));
const target = (object: string, advanced: PropertyValues = {}) =>
  connector.configureTarget(sideOf(object, connection, advanced));

describe('amazon-s3-v2 settings', () => {
  it('gives both sides of one key the same URI', () => {
    assert.equal(configured(source('a/b.csv')).uri, 's3://landing/raw/a/b.csv');
    assert.equal(configured(target('a/b.csv')).uri, 's3://landing/raw/a/b.csv');
    assert.equal(configured(target('b.csv', { folderPath: 'other' })).uri, 's3://other/b.csv');
  });

  it('gives a pattern no single URI, and a star without permission for wildcards one', () => {
    const pattern = configured(source('a/*.csv', { allowWildcardCharacters: true }));
    assert.equal(pattern.uri, undefined);
    assert.equal(pattern.describes, 's3://landing/raw/a/*.csv');
    assert.equal(configured(source('a/*.csv')).uri, 's3://landing/raw/a/*.csv');
  });

  it('says everything that is wrong at once', () => {
    const side = sideOf(
      'folder/',
      { folderPath: 'landing', useEc2RoleToAssumeRole: true, externalId: 'xx' },
      { enableRecursiveRead: true },
    );
    const result = connector.configureSource(side);
    assert.ok(!result.ok);
    assert.deepEqual(
      result.problems.map(({ code }) => code),
      ['EC2_WITHOUT_ROLE', 'EXTERNAL_ID_WITHOUT_ROLE', 'OBJECT_NAME_INVALID', 'RECURSIVE_WITHOUT_WILDCARDS'],
    );
    for (const { message, remedy } of result.problems) assert.ok(message.length > 10 && remedy.length > 10);
  });
});

describe('endpointsOf', () => {
  const environment = {
    AWS_ENDPOINT_URL_S3: 'http://s3.env',
    AWS_ENDPOINT_URL_STS: 'http://sts.env',
    AWS_EC2_METADATA_SERVICE_ENDPOINT: 'http://imds.env',
    AWS_ENDPOINT_URL: 'http://all.env',
  };

  it('takes what the connection says before the environment, each service for itself', () => {
    assert.deepEqual(endpointsOf({ restEndpoint: 'http://s3.own' }, environment), {
      s3: 'http://s3.own',
      sts: 'http://sts.env',
      instanceMetadata: 'http://imds.env',
    });
    assert.equal(endpointsOf({ stsEndpoint: 'http://sts.own' }, environment).sts, 'http://sts.own');
  });

  it('never moves STS with the endpoint of S3', () => {
    assert.deepEqual(endpointsOf({ restEndpoint: 'http://s3.own' }, {}), {
      s3: 'http://s3.own',
      sts: undefined,
      instanceMetadata: 'http://169.254.169.254',
    });
    assert.equal(
      endpointsOf({}, { AWS_ENDPOINT_URL_S3: 'http://s3.env', AWS_ENDPOINT_URL: 'http://all' }).sts,
      undefined,
    );
  });
});

describe('an endpoint that is no URL of a service', () => {
  for (const [what, connectionValues, environment, name] of [
    ['no URL', {}, { AWS_ENDPOINT_URL_STS: 'hidden' }, 'AWS_ENDPOINT_URL_STS'],
    ['a URL of another kind', {}, { AWS_ENDPOINT_URL_S3: 'ftp://hidden' }, 'AWS_ENDPOINT_URL_S3'],
    ['a password in it', {}, { AWS_ENDPOINT_URL_S3: 'http://me:hidden@s3' }, 'AWS_ENDPOINT_URL_S3'],
    ['a port that is none', { stsEndpoint: 'http://hidden:99999' }, {}, 'stsEndpoint'],
  ] as const) {
    it(`is found before anything is contacted: ${what}`, () => {
      const properties = { ...connection, ...connectionValues };
      const result = amazonS3V2Connector(environment).configureSource(sideOf('a.csv', properties));
      assert.ok(!result.ok);
      assert.deepEqual(
        result.problems.map(({ code, message }) => [code, message]),
        [['ENDPOINT_INVALID', `${name} is no URL of a service`]],
      );
    });
  }
});

describe('hasKms', () => {
  it('is so for AWS, at its interface endpoints too, and not for other storage', () => {
    for (const restEndpoint of [
      undefined,
      'https://s3.eu-west-1.amazonaws.com',
      'https://bucket.vpce-1a2b3c.s3.eu-west-1.vpce.amazonaws.com',
      'https://s3.cn-north-1.amazonaws.com.cn',
      'https://s3.eusc-de-east-1.amazonaws.eu',
    ]) {
      assert.equal(hasKms(restEndpoint === undefined ? {} : { restEndpoint }), true, restEndpoint);
    }
    for (const restEndpoint of ['http://127.0.0.1:7480', 'https://s3.example.org', 'https://notamazonaws.com']) {
      assert.equal(hasKms({ restEndpoint }), false, restEndpoint);
    }
  });
});
