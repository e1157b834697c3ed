import { once } from 'node:events';
import { createWriteStream, existsSync, statSync } from 'node:fs';
import { finished } from 'node:stream/promises';

/** The columns of the orders file, with quoted text, non-ASCII, NULLs and decimals. */
export const orderFields = [
  { name: 'order_id', type: 'bigint' },
  { name: 'customer', type: 'string' },
  { name: 'country', type: 'string' },
  { name: 'quantity', type: 'integer' },
  { name: 'amount', type: 'decimal(12,2)' },
  { name: 'ordered', type: 'date' },
  { name: 'express', type: 'boolean' },
  { name: 'note', type: 'string' },
] as const;

const countries = ['DE', 'FR', 'US', 'GB', 'JP', 'BR', 'IN', 'ES'];
const customers = [
  'Ada Lovelace',
  'Grace Hopper',
  'Kurt Gödel',
  'Emmy Noether',
  '"Erdős, Paul"',
  'Alan Turing',
  '李善兰',
];
const notes = [
  '',
  'leave at the door',
  'call before',
  '"said ""maybe"""',
  'gift',
  '""',
  'fragile, keep upright'.replace(',', ''),
];

/** A small generator (mulberry32) so that every machine makes the same file from the same seed. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return (t ^ (t >>> 14)) >>> 0;
  };
}

/** Yields blocks of the file until about `bytes` bytes were made. */
export function* orderBlocks(bytes: number, seed = 1): Generator<Buffer> {
  const random = randomNumbers(seed);
  let made = 0;
  let id = 1_000_000;
  let text = `${orderFields.map((field) => field.name).join(',')}\n`;
  while (made < bytes) {
    const r = random();
    const cents = random() % 250_000;
    const day = String(1 + (r % 28)).padStart(2, '0');
    const month = String(1 + ((r >>> 5) % 12)).padStart(2, '0');
    const amount = `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
    text += `${id++},${customers[r % 7]},${countries[(r >>> 3) & 7]},${1 + ((r >>> 6) % 20)},${amount},`;
    text += `20${20 + ((r >>> 9) % 7)}-${month}-${day},${(r >>> 12) & 1 ? 'true' : 'false'},${notes[(r >>> 13) % 7]}\n`;
    if (text.length > 512 * 1024 || made + text.length >= bytes) {
      const block = Buffer.from(text);
      made += block.length;
      text = '';
      yield block;
    }
  }
}

/** Writes the orders file unless one of that size is there already. */
export async function writeOrders(file: string, bytes: number): Promise<void> {
  if (existsSync(file) && Math.abs(statSync(file).size - bytes) < 1024 * 1024) return;
  const out = createWriteStream(file);
  for (const block of orderBlocks(bytes)) if (!out.write(block)) await once(out, 'drain');
  out.end();
  await finished(out);
}

export async function* asyncOrderBlocks(bytes: number): AsyncGenerator<Buffer> {
  yield* orderBlocks(bytes);
}
