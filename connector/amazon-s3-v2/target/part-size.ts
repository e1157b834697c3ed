const mebibyte = 1024 * 1024;

/** Bytes of the first parts. S3 takes 5 MiB to 5 GiB, except for the last part (S3 user guide, multipart upload limits). */
export const firstPartBytes = 8 * mebibyte;

/** Parts of one upload (S3 user guide, multipart upload limits). */
export const maximumParts = 10_000;

/** After so many parts their size doubles, up to 64 MiB, which lets an object grow to 458 GiB. */
const partsPerSize = 1250;
const largestPartBytes = 64 * mebibyte;

/** Parts that are under way at a time, and the bytes that those of them may hold together. */
const maximumParallel = 4;
const maximumParallelBytes = 64 * mebibyte;

/** Bytes of part `number` (1, 2, …). Depends on nothing else, so that the same bytes always make the same parts. */
export function partBytes(number: number): number {
  return Math.min(largestPartBytes, firstPartBytes * 2 ** Math.floor((number - 1) / partsPerSize));
}

/** How many parts of that size may be under way at a time. */
export function parallelParts(bytes: number): number {
  return Math.max(1, Math.min(maximumParallel, Math.floor(maximumParallelBytes / bytes)));
}
