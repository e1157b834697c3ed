import { CrossroleError } from '../../../runtime/connector-api.js';

const hour = 3600;
/** The shortest session that STS grants. Seconds. */
const shortest = 900;

/**
 * The longest session of whole hours below `refused` that a role grants, or else 900 s; STS does not tell the maximum of a
 * role, which is one of 1 to 12 hours as the console sets it. At most five tries, as every grant is a session.
 * @param tryDuration throws `DURATION_EXCEEDS_ROLE` where that is too long, too
 */
export async function longestGranted(
  refused: number,
  tryDuration: (seconds: number) => Promise<void>,
): Promise<number | undefined> {
  let granted = 0;
  let tooLong = Math.ceil(refused / hour);
  while (tooLong - granted > 1) {
    const middle = Math.floor((granted + tooLong) / 2);
    if (await isGranted(middle * hour, tryDuration)) granted = middle;
    else tooLong = middle;
  }
  if (granted > 0) return granted * hour;
  return refused > shortest && (await isGranted(shortest, tryDuration)) ? shortest : undefined;
}

async function isGranted(seconds: number, tryDuration: (seconds: number) => Promise<void>): Promise<boolean> {
  try {
    await tryDuration(seconds);
    return true;
  } catch (error) {
    if (error instanceof CrossroleError && error.code === 'DURATION_EXCEEDS_ROLE') return false;
    throw error;
  }
}
