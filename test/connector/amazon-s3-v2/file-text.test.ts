import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileText } from '../../../connector/amazon-s3-v2/file-text.js';
import { tokenIn } from '../../../connector/amazon-s3-v2/identity/base/token-file.js';
import { networkOf } from '../../../connector/amazon-s3-v2/storage/network.js';

const folder = mkdtempSync(join(tmpdir(), 'crossrole-file-text-'));
after(() => rmSync(folder, { recursive: true }));
const hasDevices = process.platform !== 'win32';

describe('a file that a connection or its base names', () => {
  it('is read whole up to the limit, and refused beyond it', () => {
    const file = join(folder, 'text');
    writeFileSync(file, 'grün');
    assert.deepEqual(fileText(file, 5), { text: 'grün' });
    assert.deepEqual(fileText(file, 4), { code: 'EFBIG' });
    assert.deepEqual(fileText(folder, 4), { code: 'EISDIR' });
    assert.deepEqual(fileText(join(folder, 'none'), 4), { code: 'ENOENT' });
  });

  it('can be no device that never ends', { skip: !hasDevices }, () => {
    assert.throws(() => tokenIn('/dev/zero', 'THE_VARIABLE'), { code: 'BASE_TOKEN_UNUSABLE', message: /EFBIG/ });
    assert.deepEqual(fileText('/dev/null', 4), { text: '' });
    assert.match(JSON.stringify(networkOf({ caFile: '/dev/zero' }, '/')), /CA_FILE_INVALID.*EFBIG/);
  });

  it('can be no pipe that nobody writes to', { skip: !hasDevices }, () => {
    const pipe = join(folder, 'pipe');
    assert.equal(spawnSync('mkfifo', [pipe]).status, 0);
    assert.throws(() => tokenIn(pipe, 'THE_VARIABLE'), { code: 'BASE_TOKEN_UNUSABLE', message: /is empty/ });
  });
});
