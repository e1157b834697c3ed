import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { sessionName } from '../../../connector/amazon-s3-v2/identity/session-name.js';

describe('sessionName', () => {
  it('tells mapping, transformation and run', () => {
    assert.equal(sessionName('eu_orders', 'landing', 'r-20260102'), 'eu_orders.landing.r-20260102');
  });

  it('replaces what STS refuses', () => {
    assert.equal(sessionName('Aufträge neu', 'a/b', 'r1'), 'Auftr-ge-neu.a-b.r1');
  });

  it('is always a name that STS takes, with the whole run in it', () => {
    const run = fc.stringMatching(/^[\w-]{1,36}$/);
    const name = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 80 });
    fc.assert(
      fc.property(name, name, run, (mapping, transformation, id) => {
        const made = sessionName(mapping, transformation, id);
        assert.match(made, /^[A-Za-z0-9_+=,.@-]{2,64}$/);
        assert.ok(made.endsWith(`.${id}`));
      }),
    );
  });
});
