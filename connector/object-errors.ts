/** Errors that any connector may run into, so that they have one code and one meaning whatever holds the objects. */
export const objectErrors = {
  SOURCE_OBJECT_CHANGED: {
    meaning: 'An object was replaced or rewritten after the run had listed it; reading on would mix two versions.',
    remedy: 'Run again once nothing writes to the source any more.',
  },
  SOURCE_OBJECT_GONE: {
    meaning: 'An object was deleted after the run had listed it.',
    remedy: 'Run again once nothing deletes from the source any more.',
  },
  TARGET_EXISTS: {
    meaning: 'The target has `ifExists` set to `fail`, and there already is such an object.',
    remedy: 'Remove the object, write to another name, or set `ifExists` to `overwrite`.',
  },
  OBJECT_NAME_INVALID: {
    meaning: 'The name of an object can not be a name there.',
    remedy: 'Correct `object` of the transformation.',
  },
  RECURSIVE_WITHOUT_WILDCARDS: {
    meaning: '`enableRecursiveRead` lets wildcards cross `/`, but wildcards are not allowed.',
    remedy: 'Set `allowWildcardCharacters`, too, or drop `enableRecursiveRead`.',
  },
} as const;
