import type { PropertyProblem, PropertyValue } from '../../../runtime/connector-api.js';
import { type AmazonS3V2ErrorCode, amazonS3V2Errors } from '../errors.js';

/** @param message the meaning of the code unless given */
export function identityProblem(
  code: AmazonS3V2ErrorCode,
  where: 'connection' | 'advanced',
  id: string,
  message: string = amazonS3V2Errors[code].meaning,
): PropertyProblem {
  return { code, message, remedy: amazonS3V2Errors[code].remedy, property: { in: where, id } };
}

export function text(value: PropertyValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
