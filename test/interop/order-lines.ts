/** CSV of about `bytes` bytes with a header; the same for the same arguments, and without the same line twice. */
export function orderLines(bytes: number, firstId = 1): Buffer {
  const lines = ['order_id,customer,country,amount\n'];
  let length = 0;
  for (let id = firstId; length < bytes; id++) {
    const line = `${id},Customer ${id % 97},${id % 3 === 0 ? 'DE' : 'FR'},${600 + (id % 300)}.25\n`;
    lines.push(line);
    length += line.length;
  }
  return Buffer.from(lines.join(''));
}

export const orderFields = [
  { name: 'order_id', type: 'bigint' },
  { name: 'customer', type: 'string' },
  { name: 'country', type: 'string' },
  { name: 'amount', type: 'decimal(12,2)' },
];
