import { agentError } from './errors.js';

const UNITS: Readonly<Record<string, number>> = { '': 1, K: 1024, M: 1024 ** 2, G: 1024 ** 3 };

/** Reads `256M`, `1G`, `512MB` or plain bytes. Throws `USAGE`. */
export function parseSize(text: string, option: string): number {
  const match = /^([0-9]{1,12})([KMG]?)(?:i?B)?$/i.exec(text);
  const bytes = match ? Number(match[1]) * UNITS[match[2].toUpperCase()] : 0;
  if (bytes < 1)
    throw agentError('USAGE', `${option} ${text} is no size`, {
      remedy: 'Write a number with K, M or G, for example 256M.',
    });
  return bytes;
}
