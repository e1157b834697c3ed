/**
 * A WebAssembly function that finds the bytes which a CSV scan has to look at, 64 at a time (the first stage of G. Langdale and
 * D. Lemire, "Parsing Gigabytes of JSON per Second"). Fields are short, so a search that begins anew for each field spends its
 * time on calls and mispredicted branches; this one has a branch for each 64 bytes, whatever is in them. JavaScript has no
 * vector instructions of its own. The code is assembled here, from names, so that what runs can be read.
 */

/** Bytes of a WebAssembly memory page. */
export const PAGE_BYTES = 65536;

/** Where the window's bytes begin in the memory; before it the positions that were found are put. */
export const WINDOW_OFFSET = 2 * PAGE_BYTES;

const VECTOR_BYTES = 16;
const BLOCK_BYTES = 4 * VECTOR_BYTES;
/** Positions that are stored in one go. More are stored than found, which costs less than to count them. */
const STORED_AT_ONCE = 8;

/** Bytes that may be searched in one call: room for a position for each of them, and for those stored in excess. */
export const MAX_SEARCHED_BYTES = WINDOW_OFFSET / 4 - BLOCK_BYTES;

/** Bytes behind the last one searched that may be read. */
export const OVERREAD_BYTES = BLOCK_BYTES - 1;

/** The part of WebAssembly that is used here; the library of the language itself does not declare it. */
interface WebAssemblyParts {
  readonly Memory: new (size: { initial: number }) => MarkMemory;
  readonly Module: new (code: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (
    module: object,
    imports: { window: { memory: MarkMemory } },
  ) => { readonly exports: { readonly mark: FindMarks } };
}

/** A WebAssembly.Memory: growing it by pages makes a new buffer and takes the old one's bytes away. */
export interface MarkMemory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

/**
 * Puts the positions of delimiter, quote, escaper, CR and LF in window[from..to) at the beginning of the memory, in order, as
 * 32-bit integers; returns how many there are. Whole blocks are searched, so that positions behind `to` may be among them.
 */
export type FindMarks = (from: number, to: number, delimiter: number, quote: number, escaper: number) => number;

declare const WebAssembly: WebAssemblyParts;

// Binary encoding: WebAssembly Core Specification 2.0, chapter 5.
const I32 = 0x7f;
const I64 = 0x7e;
const V128 = 0x7b;
const FUNCTION_TYPE = 0x60;
const NO_RESULT = 0x40;

const loop = [0x03, NO_RESULT];
const end = [0x0b];
const branchIf = (depth: number) => [0x0d, depth];
const get = (local: number) => [0x20, local];
const set = (local: number) => [0x21, local];
const i32Const = (value: number) => [0x41, ...signed(value)];
const i64Const = (value: number) => [0x42, ...signed(value)];
const i32Store = (offset: number) => [0x36, 2, ...unsigned(offset)];
const i32LtU = [0x49];
const i32Add = [0x6a];
const i32Shl = [0x74];
const i32ShrU = [0x76];
const i32WrapI64 = [0xa7];
const i64Eqz = [0x50];
const i64Ctz = [0x7a];
const i64Popcnt = [0x7b];
const i64Sub = [0x7d];
const i64And = [0x83];
const i64Or = [0x84];
const i64Shl = [0x86];
const i64ExtendI32U = [0xad];
const i32Eqz = [0x45];
const v128Load = (offset: number) => [0xfd, 0x00, 0, ...unsigned(offset)];
const i8x16Splat = [0xfd, 0x0f];
const i8x16Eq = [0xfd, 0x23];
const v128Or = [0xfd, 0x50];
const i8x16Bitmask = [0xfd, 0x64];

// Parameters, then locals.
const AT = 0;
const TO = 1;
const DELIMITER = 2;
const QUOTE = 3;
const ESCAPER = 4;
const OUT = 5;
const OUT_BEHIND = 6;
const MARKS = 7;
const BYTES = 8;
/** Sixteen times the byte that is looked for, in the order of `lookedFor`. */
const FIRST_SPLAT = 9;

const lookedFor = [get(DELIMITER), get(QUOTE), get(ESCAPER), i32Const(0x0d), i32Const(0x0a)];

/** A bit for each of 16 bytes: whether it is one of those looked for. */
const marksOfVector = (vector: number): number[] => [
  ...get(AT),
  ...v128Load(WINDOW_OFFSET + vector * VECTOR_BYTES),
  ...set(BYTES),
  ...lookedFor.flatMap((_, k) => [...get(BYTES), ...get(FIRST_SPLAT + k), ...i8x16Eq, ...(k > 0 ? v128Or : [])]),
  ...i8x16Bitmask,
  ...i64ExtendI32U,
];

/** Stores the position of the lowest bit of MARKS and clears the bit; with no bit left, some position that does not matter. */
const storeLowest = (k: number): number[] => [
  ...get(OUT),
  ...[...get(AT), ...get(MARKS), ...i64Ctz, ...i32WrapI64, ...i32Add],
  ...i32Store(k * 4),
  ...[...get(MARKS), ...get(MARKS), ...i64Const(1), ...i64Sub, ...i64And, ...set(MARKS)],
];

const body = [
  ...lookedFor.flatMap((byte, k) => [...byte, ...i8x16Splat, ...set(FIRST_SPLAT + k)]),
  ...loop,
  ...[0, 1, 2, 3].flatMap((vector) => [
    ...marksOfVector(vector),
    ...(vector > 0 ? [...i64Const(vector * VECTOR_BYTES), ...i64Shl, ...i64Or] : []),
  ]),
  ...set(MARKS),
  ...[
    ...get(OUT),
    ...get(MARKS),
    ...i64Popcnt,
    ...i32WrapI64,
    ...i32Const(2),
    ...i32Shl,
    ...i32Add,
    ...set(OUT_BEHIND),
  ],
  ...loop,
  ...Array.from({ length: STORED_AT_ONCE }, (_, k) => storeLowest(k)).flat(),
  ...[...get(OUT), ...i32Const(STORED_AT_ONCE * 4), ...i32Add, ...set(OUT)],
  ...[...get(MARKS), ...i64Eqz, ...i32Eqz, ...branchIf(0)],
  ...end,
  ...[...get(OUT_BEHIND), ...set(OUT)],
  ...[...get(AT), ...i32Const(BLOCK_BYTES), ...i32Add, ...set(AT)],
  ...[...get(AT), ...get(TO), ...i32LtU, ...branchIf(0)],
  ...end,
  ...[...get(OUT), ...i32Const(2), ...i32ShrU],
  ...end,
];

/** Locals in runs of one type: OUT and OUT_BEHIND, MARKS, BYTES and the splats. */
const locals = [3, 2, I32, 1, I64, 1 + lookedFor.length, V128];

const code = Uint8Array.of(
  ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...section(1, [1, FUNCTION_TYPE, 5, I32, I32, I32, I32, I32, 1, I32]),
  ...section(2, [1, ...name('window'), ...name('memory'), 0x02, 0x00, ...unsigned(WINDOW_OFFSET / PAGE_BYTES)]),
  ...section(3, [1, 0]),
  ...section(7, [1, ...name('mark'), 0x00, 0]),
  ...section(10, [1, ...sized([...locals, ...body])]),
);

const kernel = new WebAssembly.Module(code);

export function markMemory(pages: number): MarkMemory {
  return new WebAssembly.Memory({ initial: pages });
}

export function findMarksIn(memory: MarkMemory): FindMarks {
  return new WebAssembly.Instance(kernel, { window: { memory } }).exports.mark;
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...sized(content)];
}

function name(text: string): number[] {
  return sized([...Buffer.from(text)]);
}

function sized(content: readonly number[]): number[] {
  return [...unsigned(content.length), ...content];
}

/** LEB128. */
function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

/** Signed LEB128 of a number that is not negative. */
function signed(value: number): number[] {
  return value < 0x40 ? [value] : [(value & 0x7f) | 0x80, ...signed(value >>> 7)];
}
