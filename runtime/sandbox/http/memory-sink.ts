import type { ByteSink } from './receive-body.js';

/** Keeps a small body in memory; whoever reads it says how large it may be. */
export function memorySink(): { readonly sink: ByteSink; readonly text: () => string } {
  const chunks: Buffer[] = [];
  return {
    sink: {
      write: (bytes) => chunks.push(bytes) > 0,
      onDrain: () => undefined,
      onError: () => undefined,
      finish: async () => undefined,
      discard: () => chunks.splice(0),
    },
    text: () => Buffer.concat(chunks).toString('utf8'),
  };
}
