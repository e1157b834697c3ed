import { lower, upper } from './case.js';
import { iif, isnull } from './conditional.js';
import type { FunctionDeclaration } from './declaration.js';
import { isIn } from './membership.js';
import { abs, round, trunc } from './rounding.js';
import { length, substr } from './substring.js';
import { concat } from './text-joining.js';
import { ltrim, rtrim } from './trim.js';

/** All functions of the language, as the documentation lists them. */
export const functionDeclarations: readonly FunctionDeclaration[] = [
  iif,
  isIn,
  isnull,
  concat,
  length,
  lower,
  ltrim,
  rtrim,
  substr,
  upper,
  abs,
  round,
  trunc,
];

const byName: ReadonlyMap<string, FunctionDeclaration> = new Map(
  functionDeclarations.map((declaration) => [declaration.name, declaration]),
);

/** Looks a function up by its name in any case. */
export function functionNamed(name: string): FunctionDeclaration | undefined {
  return byName.get(name.toUpperCase());
}
