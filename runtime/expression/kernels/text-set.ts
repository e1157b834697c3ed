import type { Kernel } from '../evaluation.js';
import { booleanOf, textOf } from './vectors.js';

const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** Whether a text is one of `members`: one look into a hash table (FNV-1a, open addressing), however many there are. */
export function isMember(members: readonly string[]): Kernel {
  const encoder = new TextEncoder();
  const encoded = [...new Set(members)].map((member) => encoder.encode(member));
  const mask = 2 ** Math.ceil(Math.log2(2 * encoded.length + 1)) - 1;
  const slots: (Uint8Array | undefined)[] = new Array(mask + 1).fill(undefined);
  for (const member of encoded) {
    let slot = hash(member, 0, member.length) & mask;
    while (slots[slot]) slot = (slot + 1) & mask;
    slots[slot] = member;
  }
  const shortest = Math.min(...encoded.map((member) => member.length));
  const longest = Math.max(...encoded.map((member) => member.length));
  return (operands, out, rows, count) => {
    const { bytes, start, end } = textOf(operands[0]);
    const result = booleanOf(out).values;
    for (let k = 0; k < count; k++) {
      const row = rows[k];
      const length = end[row] - start[row];
      const possible = length >= shortest && length <= longest;
      result[row] = possible && contains(slots, mask, bytes, start[row], end[row]) ? 1 : 0;
    }
  };
}

function contains(
  slots: readonly (Uint8Array | undefined)[],
  mask: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): boolean {
  let slot = hash(bytes, start, end) & mask;
  for (let member = slots[slot]; member !== undefined; member = slots[slot]) {
    if (member.length === end - start && equals(member, bytes, start)) return true;
    slot = (slot + 1) & mask;
  }
  return false;
}

function equals(member: Uint8Array, bytes: Uint8Array, start: number): boolean {
  for (let index = 0; index < member.length; index++) {
    if (member[index] !== bytes[start + index]) return false;
  }
  return true;
}

function hash(bytes: Uint8Array, start: number, end: number): number {
  let value = FNV_OFFSET;
  for (let index = start; index < end; index++) value = Math.imul(value ^ bytes[index], FNV_PRIME);
  return value ^ (value >>> 15);
}
