import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isSessionOf } from '../../../../connector/amazon-s3-v2/diagnosis/identity-gates.js';
import { longestGranted } from '../../../../connector/amazon-s3-v2/diagnosis/longest-session.js';
import { amazonS3V2Error } from '../../../../connector/amazon-s3-v2/errors.js';

describe('the longest session that a role grants', () => {
  for (const [asked, maximum, found] of [
    [43_200, 3600, 3600],
    [43_200, 39_600, 39_600],
    [10_800, 7200, 7200],
    [7201, 7200, 7200],
    [7000, 5000, 3600],
    [3600, 1800, 900],
    [43_200, 100, undefined],
  ] as const) {
    it(`is found within five tries: ${asked} s asked for, ${maximum} s allowed`, async () => {
      let tries = 0;
      const longest = await longestGranted(asked, async (seconds) => {
        tries += 1;
        assert.ok(seconds < asked);
        if (seconds > maximum) throw amazonS3V2Error('DURATION_EXCEEDS_ROLE', 'too long');
      });
      assert.equal(longest, found);
      assert.ok(tries <= 5, `${tries} tries`);
    });
  }

  it('is not looked for behind another failure', async () => {
    const failing = async () => {
      throw amazonS3V2Error('STS_UNREACHABLE', 'gone');
    };
    await assert.rejects(longestGranted(7200, failing), { code: 'STS_UNREACHABLE' });
  });
});

describe('whose session an ARN is', () => {
  for (const [arn, isOf] of [
    ['arn:aws:sts::111122223333:assumed-role/reader/some.session', true],
    ['arn:aws:sts::444455556666:assumed-role/reader/some.session', false],
    ['arn:aws:sts::111122223333:assumed-role/writer/reader', false],
    ['arn:aws:iam::111122223333:user/reader', false],
  ] as const) {
    it(`${arn}: ${isOf ? 'of the role' : 'of another'}`, () => {
      assert.equal(isSessionOf(arn, 'arn:aws:iam::111122223333:role/some/path/reader'), isOf);
    });
  }
});
