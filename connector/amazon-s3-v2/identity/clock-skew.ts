import type { Warning } from '../../../runtime/connector-api.js';
import { serviceError } from '../storage/service-error.js';

/**
 * Warns where STS refuses the time of this machine and the SDK has set the time of its next request right: the work goes on,
 * and whatever else looks at the clock is off all the same.
 */
export async function warningOfClock<T>(warn: (warning: Warning) => void, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (error) {
    if (serviceError(error)?.clockCorrected) {
      warn({
        code: 'CLOCK_SKEW',
        message:
          'the clock of this machine differs so much from that of AWS that STS has refused a signature for it; requests are signed with the time of AWS instead',
      });
    }
    throw error;
  }
}
