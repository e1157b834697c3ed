import { setMaxListeners } from 'node:events';

/** One signal that fires with the first of several, for many requests at a time to listen to without a warning of a leak. */
export function sharedSignal(...signals: AbortSignal[]): AbortSignal {
  const shared = AbortSignal.any(signals);
  setMaxListeners(0, shared);
  return shared;
}
