/** 256 flags, 1 for each of `members`. */
export function byteSet(members: Iterable<number>): Uint8Array {
  const set = new Uint8Array(256);
  for (const byte of members) set[byte] = 1;
  return set;
}
