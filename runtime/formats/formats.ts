import { csvFormat } from './csv/csv.js';
import type { Format } from './format.js';

/** Every format there is: add one by a folder beside this file and a line here. */
export const formats: readonly Format<object>[] = [csvFormat];

export function formatOf(type: string): Format<object> | undefined {
  return formats.find((format) => format.type === type);
}
