import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Ajv } from 'ajv';
import { csvFormat } from '../../../../runtime/formats/csv/csv.js';
import { defaults } from './support.js';

const validate = new Ajv({ useDefaults: true }).compile({
  type: 'object',
  properties: csvFormat.optionsSchema,
  additionalProperties: false,
});

describe('CSV options', () => {
  it('have the defaults of the documentation', () => {
    const options = {};
    assert.ok(validate(options));
    assert.deepEqual(options, defaults);
  });

  it('must be single ASCII characters where the scanner needs them so', () => {
    for (const option of ['delimiter', 'quote', 'escape']) {
      assert.ok(validate({ [option]: '|' }));
      for (const value of ['', '||', '\u00e9', '\0']) assert.ok(!validate({ [option]: value }), `${option} ${value}`);
    }
  });

  it('are described, each', () => {
    for (const schema of Object.values(csvFormat.optionsSchema)) {
      assert.match(JSON.stringify(schema), /"description":"[A-Z][^"]+\."/);
    }
  });

  it('must not contradict each other', () => {
    const problems = (options: object) => csvFormat.checkOptions({ ...defaults, ...options });
    assert.deepEqual(problems({}), []);
    assert.deepEqual(problems({ delimiter: '\t', quote: "'", escape: '\\', nullText: '\\N' }), []);
    assert.deepEqual(problems({ delimiter: '"' }), [
      'delimiter and quote are the same character',
      'delimiter and escape are the same character',
    ]);
    assert.deepEqual(problems({ quote: '\n' }), ['quote is a line end']);
    assert.match(problems({ nullText: 'a,b' })[0], /nullText contains the delimiter/);
  });
});
