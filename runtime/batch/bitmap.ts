/** One bit a row, least significant bit first, 1 = valid: Arrow's validity layout (Arrow columnar format, "Validity bitmaps"). */
export type Bitmap = Uint8Array;

export function bitmapOf(rows: number): Bitmap {
  return new Uint8Array((rows + 7) >> 3);
}

export function getBit(bitmap: Bitmap, row: number): number {
  return (bitmap[row >> 3] >> (row & 7)) & 1;
}

export function setBit(bitmap: Bitmap, row: number): void {
  bitmap[row >> 3] |= 1 << (row & 7);
}

export function clearBit(bitmap: Bitmap, row: number): void {
  bitmap[row >> 3] &= ~(1 << (row & 7));
}
