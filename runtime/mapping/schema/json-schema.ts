/** A JSON Schema (draft-07), as far as the project composes them. */
export interface JsonSchema {
  readonly [keyword: string]: unknown;
}

/** An object of exactly these properties. */
export function closedObject(
  properties: Readonly<Record<string, JsonSchema>>,
  required: readonly string[],
  rest: JsonSchema = {},
): JsonSchema {
  return { type: 'object', ...rest, properties, required, additionalProperties: false };
}

export function text(description: string, rest: JsonSchema = {}): JsonSchema {
  return { type: 'string', minLength: 1, description, ...rest };
}
