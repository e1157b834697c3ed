import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { CrossroleError, CrossroleErrors } from '../../../runtime/errors.js';
import { loadMapping } from '../../../runtime/mapping/load.js';
import { type SampleMapping, soundMapping, workspace, writeSample } from './workspace.js';

interface Given {
  readonly parameters?: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
}

function load(file: string, { parameters = [], environment = {} }: Given = {}) {
  return loadMapping(file, { parameters, parameterFile: undefined, connectionsDirectory: undefined, environment });
}

/** The errors of a spoiled sample, as `CODE line:column`, and the errors themselves. */
function mistakes(t: TestContext, spoil: (mapping: SampleMapping) => void, given?: Given): readonly CrossroleError[] {
  const mapping = soundMapping();
  spoil(mapping);
  const file = writeSample(workspace(t), mapping);
  try {
    load(file, given);
  } catch (error) {
    if (error instanceof CrossroleErrors) return error.errors;
    if (error instanceof CrossroleError) return [error];
    throw error;
  }
  return [];
}

function codes(errors: readonly CrossroleError[]): string[] {
  return errors.map((error) => error.code);
}

test('a sound mapping binds its fields', (t) => {
  const plan = load(writeSample(workspace(t))).bind(new Map());
  assert.deepEqual(plan.targets[0].fields, [
    { name: 'id', type: { kind: 'integer' } },
    { name: 'twice', type: { kind: 'decimal', precision: 8, scale: 2 } },
  ]);
  assert.deepEqual(plan.targets[0].columns, [0, 3]);
});

test('several mistakes are reported at once, in the order of the file', (t) => {
  const errors = mistakes(t, (m) => {
    m.transformations[1].condition = 'amuont > 1';
    m.transformations[3].fields = ['id', 'dubled'];
    m.transformations[3].connection = 'dsk';
  });
  assert.deepEqual(codes(errors), ['UNKNOWN_FIELD', 'CONNECTION_NOT_FOUND', 'UNKNOWN_FIELD_NAME']);
  const lines = errors.map((error) => error.place.line ?? 0);
  assert.deepEqual(
    lines,
    [...lines].sort((a, b) => a - b),
  );
  for (const error of errors) assert.match(error.remedy, /Did you mean/);
});

test('an expression error has the place inside its text', (t) => {
  const [error] = mistakes(t, (m) => {
    m.transformations[1].condition = 'amount > 1 AND amuont < 5';
  });
  const before = '      "condition": "amount > 1 AND ';
  assert.equal(error.place.column, before.length + 1);
  assert.equal(error.place.transformation, 'large');
});

test('every kind of wrong name, type and link has its code', (t) => {
  const cases: readonly [string, (m: SampleMapping) => void][] = [
    ['UNKNOWN_PROPERTY', (m) => Object.assign(m, { transformation: [] })],
    ['UNKNOWN_PROPERTY', (m) => Object.assign(m.transformations[0], { feilds: [] })],
    ['UNKNOWN_PROPERTY', (m) => Object.assign(m.transformations[0], { advanced: { allowWildcard: true } })],
    ['UNKNOWN_PROPERTY', (m) => Object.assign(m.transformations[0], { format: { type: 'csv', delimeter: ';' } })],
    ['PROPERTY_MISSING', (m) => Reflect.deleteProperty(m.transformations[3], 'object')],
    ['PROPERTY_MISSING', (m) => Reflect.deleteProperty(m.transformations[3], 'type')],
    ['WRONG_TYPE', (m) => Object.assign(m.transformations[1], { condition: 5 })],
    ['VALUE_NOT_ALLOWED', (m) => Object.assign(m.transformations[0], { advanced: { allowWildcardCharacters: 'yes' } })],
    ['WRONG_TYPE', (m) => Object.assign(m.transformations[0], { advanced: { allowWildcardCharacters: 1 } })],
    ['WRONG_TYPE', (m) => Object.assign(m, { maxRejects: 'some' })],
    ['VALUE_NOT_ALLOWED', (m) => Object.assign(m.transformations[1], { type: 'fliter' })],
    ['VALUE_NOT_ALLOWED', (m) => Object.assign(m.transformations[0], { format: { type: 'cvs' } })],
    ['VALUE_OUT_OF_RANGE', (m) => Object.assign(m, { maxRowBytes: 10 })],
    [
      'UNKNOWN_DATA_TYPE',
      (m) => Object.assign(m.transformations[2], { fields: [{ name: 'd', type: 'decimal(3,5)', expression: '1' }] }),
    ],
    ['UNKNOWN_DATA_TYPE', (m) => Object.assign(m.transformations[0], { fields: [{ name: 'id', type: 'int' }] })],
    ['DUPLICATE_NAME', (m) => Object.assign(m.transformations[2], { name: 'large' })],
    ['RESERVED_NAME', (m) => Object.assign(m.transformations[3], { name: 'rejects' })],
    ['UNKNOWN_INPUT', (m) => Object.assign(m.transformations[1], { input: 'oders' })],
    ['INPUT_CYCLE', (m) => Object.assign(m.transformations[1], { input: 'shaped' })],
    ['UNUSED_OUTPUT', (m) => Object.assign(m.transformations[3], { input: 'large', fields: ['id'] })],
    ['NO_TARGET', (m) => m.transformations.pop()],
    ['SAME_OBJECT', (m) => Object.assign(m.transformations[3], { object: 'in/orders.csv' })],
    ['PARAMETER_INVALID', (m) => Object.assign(m.parameters, { least: { type: 'decimal(6,2)', default: 'much' } })],
    ['PARAMETER_MISSING', (m) => Object.assign(m.parameters, { least: { type: 'decimal(6,2)' } })],
    ['PARAMETER_UNKNOWN', (m) => Object.assign(m.transformations[0], { object: 'in/$$day.csv' })],
    ['TYPE_MISMATCH', (m) => Object.assign(m.transformations[1], { condition: 'note > 5' })],
    ['FORMAT_OPTIONS', (m) => Object.assign(m.transformations[0], { format: { type: 'csv', delimiter: '"' } })],
  ];
  for (const [code, spoil] of cases) {
    const errors = mistakes(t, (m) => void spoil(m));
    assert.ok(codes(errors).includes(code), `${spoil}: expected ${code}, found ${codes(errors)}`);
    for (const error of errors) {
      assert.ok(error.place.line !== undefined, `${error.code} has no line`);
      assert.ok(error.remedy.length > 0);
    }
  }
});

test('parameters are put into texts once and typed in expressions', (t) => {
  const mapping = soundMapping();
  Object.assign(mapping.parameters, { day: { type: 'string', default: '$$least' } });
  mapping.transformations[0].object = 'in/$$day-$$least.csv';
  const plan = load(writeSample(workspace(t), mapping), { parameters: ['least=2.25'] }).bind(new Map());
  assert.match(plan.sources[0].side.uri ?? '', /in\/\$\$least-2\.25\.csv$/);
});

test('a parameter may give a number or a switch among the advanced properties', (t) => {
  const mapping = soundMapping();
  Object.assign(mapping.parameters, { wild: { type: 'boolean', default: true } });
  Object.assign(mapping.transformations[0], { object: 'in/*.csv', advanced: { allowWildcardCharacters: '$$wild' } });
  const file = writeSample(workspace(t), mapping);
  assert.equal(load(file).bind(new Map()).sources[0].side.uri, undefined);
  const plain = load(file, { parameters: ['wild=false'] }).bind(new Map());
  assert.match(plain.sources[0].side.uri ?? '', /in\/\*\.csv$/);
});

test('a parameter that is given and not declared is an error with a suggestion', (t) => {
  const [error] = mistakes(t, () => {}, { parameters: ['lest=3'] });
  assert.equal(error.code, 'PARAMETER_UNKNOWN');
  assert.match(error.remedy, /"least"/);
});

test('without fields a source is checked for syntax only until its objects are known', (t) => {
  const mapping = soundMapping();
  Reflect.deleteProperty(mapping.transformations[0], 'fields');
  mapping.transformations[1].condition = "city = 'Ulm'";
  mapping.transformations.splice(2, 1);
  mapping.transformations[2].input = 'large';
  mapping.transformations[2].fields = ['city'];
  const loaded = load(writeSample(workspace(t), mapping));
  assert.deepEqual(
    loaded.undiscovered.map(({ name }) => name),
    ['orders'],
  );
  const city = { name: 'city', type: { kind: 'string' } } as const;
  assert.equal(loaded.bind(new Map([['orders', [city]]])).targets[0].fields[0].name, 'city');
  assert.throws(() => loaded.bind(new Map([['orders', [{ ...city, name: 'town' }]]])), CrossroleErrors);

  mapping.transformations[1].condition = 'city = = 5';
  assert.throws(() => load(writeSample(workspace(t), mapping)), CrossroleErrors);
});

test('connection files: values from outside, wrong names, literal secrets', (t) => {
  const space = workspace(t);
  const file = writeSample(space);
  const connection = (properties: object, name = 'disk') =>
    space.write('connections/disk.json', { name, type: 'local-files', properties });
  const first = (given?: Given): string => {
    try {
      load(file, given);
      return 'sound';
    } catch (error) {
      return error instanceof CrossroleErrors
        ? error.errors[0].code
        : error instanceof CrossroleError
          ? error.code
          : String(error);
    }
  };
  connection({ folderPath: { env: 'DATA_FOLDER' } });
  assert.equal(first(), 'SECRET_NOT_FOUND');
  assert.equal(first({ environment: { DATA_FOLDER: '/data' } }), 'sound');
  space.write('connections/folder.txt', '/data\n');
  connection({ folderPath: { file: 'folder.txt' } });
  assert.equal(first(), 'sound');
  connection({ folderPath: 5 });
  assert.equal(first(), 'WRONG_TYPE');
  connection({ folderPath: '..' }, 'other');
  assert.equal(first(), 'CONNECTION_NAME_MISMATCH');
  connection({ folderPaht: '..' });
  assert.equal(first(), 'PROPERTY_MISSING');

  space.write('connections/disk.json', {
    name: 'disk',
    type: 'amazon-s3-v2',
    properties: {
      accessKey: 'AKIAEXAMPLE',
      secretKey: 'in plain sight',
      iamRoleArn: 'arn:aws:iam::111122223333:role/mover',
      folderPath: 'acme-data',
      regionName: 'eu-west-1',
    },
  });
  const { warnings } = load(file);
  assert.deepEqual(
    warnings.map(({ code }) => code),
    ['LITERAL_SECRET'],
  );
  assert.doesNotMatch(JSON.stringify(warnings), /plain sight/);
});
