import type { TextArena } from './text-arena.js';

/** Mapped code units of the Basic Multilingual Plane by page of 256; filled when a page is first met. */
export interface CaseMapping {
  readonly pages: (Uint16Array | undefined)[];
  /** Unicode's mapping of whole texts, which the pages are filled from. */
  mapString(text: string): string;
}

/** Stands for a code point that a table can't map: to several, depending on its surroundings, or none of its own. */
const SPECIAL = 0xffff;
/** The lower case of a sigma depends on whether a word ends with it (Unicode, SpecialCasing.txt, Final_Sigma). */
const CAPITAL_SIGMA = 0x3a3;
const FIRST_SURROGATE = 0xd800;
const LAST_SURROGATE = 0xdfff;

export const upperCase: CaseMapping = { pages: new Array(256), mapString: (text) => text.toUpperCase() };
export const lowerCase: CaseMapping = { pages: new Array(256), mapString: (text) => text.toLowerCase() };

function pageOf(mapping: CaseMapping, number: number): Uint16Array {
  const page = new Uint16Array(256);
  for (let low = 0; low < 256; low++) {
    const code = number * 256 + low;
    const mapped = mapping.mapString(String.fromCharCode(code));
    const plain = mapped.length === 1 && code !== CAPITAL_SIGMA && (code < FIRST_SURROGATE || code > LAST_SURROGATE);
    page[low] = plain ? mapped.charCodeAt(0) : SPECIAL;
  }
  mapping.pages[number] = page;
  return page;
}

/** A mapped code point takes at most three bytes, and came from one at least; two came from two. */
export const MAX_GROWTH = 3;

/**
 * Maps bytes[start..end) to the arena, which has `MAX_GROWTH` times their room, code point by code point and without a string.
 * False, with the arena as it was, when a code point needs more than the table has or the bytes are no UTF-8 (RFC 3629).
 */
export function mapCase(
  mapping: CaseMapping,
  bytes: Uint8Array,
  start: number,
  end: number,
  arena: TextArena,
): boolean {
  const out = arena.bytes;
  let to = arena.used;
  let at = start;
  while (at < end) {
    const lead = bytes[at];
    let code = lead;
    if (lead >= 0x80) {
      const width = lead >= 0xe0 ? 3 : 2;
      if (lead < 0xc2 || lead > 0xef || at + width > end) return false;
      for (let k = 1; k < width; k++) if ((bytes[at + k] & 0xc0) !== 0x80) return false;
      code =
        width === 2
          ? ((lead & 0x1f) << 6) | (bytes[at + 1] & 0x3f)
          : ((lead & 0x0f) << 12) | ((bytes[at + 1] & 0x3f) << 6) | (bytes[at + 2] & 0x3f);
      if (width === 3 && code < 0x800) return false;
      at += width;
    } else at++;
    const mapped = (mapping.pages[code >> 8] ?? pageOf(mapping, code >> 8))[code & 255];
    if (mapped === SPECIAL) return false;
    if (mapped < 0x80) out[to++] = mapped;
    else if (mapped < 0x800) {
      out[to++] = 0xc0 | (mapped >> 6);
      out[to++] = 0x80 | (mapped & 0x3f);
    } else {
      out[to++] = 0xe0 | (mapped >> 12);
      out[to++] = 0x80 | ((mapped >> 6) & 0x3f);
      out[to++] = 0x80 | (mapped & 0x3f);
    }
  }
  arena.used = to;
  return true;
}
