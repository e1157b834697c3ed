import { CrossroleError, errorsOf } from '../../runtime/connector-api.js';
import { objectErrors } from '../object-errors.js';

/** Errors of the local-files connector. */
export const localFilesErrors = {
  ...objectErrors,
  PATH_OUTSIDE_FOLDER: {
    meaning: "An object's path leaves the folder of its connection.",
    remedy: 'Name a file below the folder, without `..` segments, or use a connection to the other folder.',
  },
  FOLDER_NOT_FOUND: {
    meaning: 'The folder of the connection does not exist.',
    remedy: 'Create the folder or correct `folderPath` of the connection.',
  },
  FILE_ACCESS_DENIED: {
    meaning: 'The operating system refuses the access.',
    remedy: 'Give the user that runs the agent access to the path.',
  },
  DISK_FULL: {
    meaning: 'There is no space left for the file, or a quota is used up.',
    remedy: 'Free space on the disk of the target, then run again.',
  },
  NOT_A_FILE: {
    meaning: 'The path names a folder or another thing that is no regular file.',
    remedy: 'Name a file.',
  },
  FILE_SYSTEM_ERROR: {
    meaning: 'The operating system reports an error of the file system.',
    remedy: 'See the message of the operating system; check the disk and its mount.',
  },
} as const;

export const localFilesError = errorsOf(localFilesErrors);

/** The code of a failed system call (`ENOENT`, …), or undefined for any other error. */
export function systemCode(error: unknown): string | undefined {
  if (error instanceof Error && 'code' in error && 'syscall' in error && typeof error.code === 'string')
    return error.code;
  return undefined;
}

/** What the user is told of a failed system call on `path`; errors of other kinds come back as they are. */
export function fileSystemError(error: unknown, path: string): unknown {
  const code = systemCode(error);
  if (code === undefined || error instanceof CrossroleError) return error;
  const details = { object: path, cause: error };
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return localFilesError('FILE_ACCESS_DENIED', `access to ${path} is refused (${code})`, details);
    case 'ENOSPC':
    case 'EDQUOT':
      return localFilesError('DISK_FULL', `no space left to write ${path} (${code})`, details);
    case 'EISDIR':
      return localFilesError('NOT_A_FILE', `${path} is a folder`, details);
    case 'ENOTDIR':
      return localFilesError('NOT_A_FILE', `a folder in ${path} is a file`, details);
    case 'ENAMETOOLONG':
      return localFilesError('OBJECT_NAME_INVALID', `${path} is too long for the file system`, details);
    default:
      return localFilesError('FILE_SYSTEM_ERROR', `${path}: ${code}`, details);
  }
}

/** Runs `work` on `path`, turning failed system calls into errors for people. */
export async function onPath<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw fileSystemError(error, path);
  }
}
