import { BlockList, isIP } from 'node:net';
import { matchesArn, matchesPattern, type Pattern, parsePattern, type RequestContext } from './pattern.js';

type Test = (actual: string, context: RequestContext) => boolean;

interface Operator {
  readonly negated: boolean;
  /** Makes the test against one value of the policy; undefined when the operator can't work with that value. */
  compile(value: string, pattern: (wildcards: boolean) => Pattern): Test | undefined;
}

/** One operator with one key: the values are alternatives. */
export interface Condition {
  readonly key: string;
  readonly quantifier: 'one' | 'forAllValues' | 'forAnyValue';
  readonly ifExists: boolean;
  readonly negated: boolean;
  readonly tests: readonly Test[];
}

/** `Null` asks whether the key is absent. */
export interface NullCondition {
  readonly key: string;
  readonly quantifier: 'null';
  readonly absent: boolean;
}

const sameText =
  (pattern: Pattern, ignoreCase: boolean): Test =>
  (actual, context) =>
    matchesPattern(pattern, actual, context, ignoreCase);

function text(negated: boolean, wildcards: boolean, ignoreCase: boolean): Operator {
  return { negated, compile: (_, pattern) => sameText(pattern(wildcards), ignoreCase) };
}

function arn(negated: boolean): Operator {
  return {
    negated,
    compile: (_, patternOf) => {
      const pattern = patternOf(true);
      return (actual, context) => matchesArn(pattern, actual, context);
    },
  };
}

function numeric(negated: boolean, compare: (actual: number, limit: number) => boolean): Operator {
  return {
    negated,
    compile: (value) => {
      if (!/^[+-]?\d+(\.\d+)?$/.test(value)) return undefined;
      return (actual) => actual !== '' && compare(Number(actual), Number(value));
    },
  };
}

function date(negated: boolean, compare: (actual: number, limit: number) => boolean): Operator {
  return {
    negated,
    compile: (value) => {
      const limit = instantOf(value);
      if (Number.isNaN(limit)) return undefined;
      return (actual) => compare(instantOf(actual), limit);
    },
  };
}

/** ISO 8601 or seconds since the epoch, in milliseconds. */
function instantOf(value: string): number {
  return /^\d+$/.test(value) ? Number(value) * 1000 : Date.parse(value);
}

function address(negated: boolean): Operator {
  return {
    negated,
    compile: (value) => {
      const [network, bits] = value.split('/');
      const version = isIP(network);
      if (version === 0 || (bits !== undefined && !(/^\d+$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128))))
        return undefined;
      const family = version === 4 ? 'ipv4' : 'ipv6';
      const range = new BlockList();
      range.addSubnet(network, bits === undefined ? (version === 4 ? 32 : 128) : Number(bits), family);
      return (actual) => isIP(actual) !== 0 && range.check(actual, isIP(actual) === 4 ? 'ipv4' : 'ipv6');
    },
  };
}

const bool: Operator = {
  negated: false,
  compile: (value) => {
    const expected = value.toLowerCase();
    return expected === 'true' || expected === 'false' ? (actual) => actual.toLowerCase() === expected : undefined;
  },
};

const operators: ReadonlyMap<string, Operator> = new Map([
  ['StringEquals', text(false, false, false)],
  ['StringNotEquals', text(true, false, false)],
  ['StringEqualsIgnoreCase', text(false, false, true)],
  ['StringNotEqualsIgnoreCase', text(true, false, true)],
  ['StringLike', text(false, true, false)],
  ['StringNotLike', text(true, true, false)],
  ['ArnEquals', arn(false)],
  ['ArnLike', arn(false)],
  ['ArnNotEquals', arn(true)],
  ['ArnNotLike', arn(true)],
  ['NumericEquals', numeric(false, (a, b) => a === b)],
  ['NumericNotEquals', numeric(true, (a, b) => a === b)],
  ['NumericLessThan', numeric(false, (a, b) => a < b)],
  ['NumericLessThanEquals', numeric(false, (a, b) => a <= b)],
  ['NumericGreaterThan', numeric(false, (a, b) => a > b)],
  ['NumericGreaterThanEquals', numeric(false, (a, b) => a >= b)],
  ['DateEquals', date(false, (a, b) => a === b)],
  ['DateNotEquals', date(true, (a, b) => a === b)],
  ['DateLessThan', date(false, (a, b) => a < b)],
  ['DateLessThanEquals', date(false, (a, b) => a <= b)],
  ['DateGreaterThan', date(false, (a, b) => a > b)],
  ['DateGreaterThanEquals', date(false, (a, b) => a >= b)],
  ['Bool', bool],
  ['IpAddress', address(false)],
  ['NotIpAddress', address(true)],
]);

/** Every operator that a policy may use, without quantifier and `IfExists`. */
export const operatorNames: readonly string[] = [...operators.keys(), 'Null'];

export type ConditionProblem = { readonly kind: 'operator' } | { readonly kind: 'value'; readonly index: number };

/**
 * Makes a condition of an operator as written (`ForAnyValue:StringLikeIfExists`), a key and its values.
 * `${…}` in the values of string and ARN operators are variables when `variables` is set.
 */
export function compileCondition(
  operatorText: string,
  key: string,
  values: readonly string[],
  variables: boolean,
  variableUsed: (key: string) => void,
): Condition | NullCondition | ConditionProblem {
  const [, quantifierText, name, suffix] =
    /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(operatorText) ?? [];
  if (name === 'Null' && quantifierText === undefined && suffix === undefined) {
    const wrong = values.findIndex((value) => !/^(true|false)$/i.test(value));
    if (wrong >= 0 || values.length !== 1) return { kind: 'value', index: Math.max(wrong, 0) };
    return { key: key.toLowerCase(), quantifier: 'null', absent: values[0].toLowerCase() === 'true' };
  }
  const operator = operators.get(name);
  if (!operator) return { kind: 'operator' };
  const tests: Test[] = [];
  for (const [index, value] of values.entries()) {
    const test = operator.compile(value, (wildcards) => parsePattern(value, { wildcards, variables }, variableUsed));
    if (!test) return { kind: 'value', index };
    tests.push(test);
  }
  const quantifier =
    quantifierText === 'ForAllValues' ? 'forAllValues' : quantifierText === 'ForAnyValue' ? 'forAnyValue' : 'one';
  return { key: key.toLowerCase(), quantifier, ifExists: suffix !== undefined, negated: operator.negated, tests };
}

/**
 * Whether the request meets the condition. An absent key meets negated operators, `IfExists` and `ForAllValues`, and no
 * other (IAM user guide, condition operators).
 */
export function holds(condition: Condition | NullCondition, context: RequestContext): boolean {
  const actual = context.get(condition.key) ?? [];
  if (condition.quantifier === 'null') return (actual.length === 0) === condition.absent;
  const { tests, negated, quantifier } = condition;
  const met = (value: string): boolean => tests.some((test) => test(value, context)) !== negated;
  if (actual.length === 0) {
    return condition.ifExists || quantifier === 'forAllValues' || (quantifier === 'one' && negated);
  }
  // A plain negated operator on several values refuses when any of them matches, as it is the plain one turned round.
  const every = quantifier === 'forAllValues' || (quantifier === 'one' && negated);
  return every ? actual.every(met) : actual.some(met);
}
