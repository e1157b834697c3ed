import { isKnownConditionKey } from './condition-keys.js';
import { type Condition, compileCondition, type NullCondition } from './conditions.js';
import { type Fields, isFields, type Path, type Report, textsOf } from './elements.js';
import { isKnownAction } from './known-actions.js';
import { type Pattern, parsePattern } from './pattern.js';
import { type Principals, parsePrincipals } from './principal-element.js';

/** What a policy is attached to; it decides which elements a statement must and may not have. */
export type PolicyUse =
  | { readonly kind: 'identity' }
  | { readonly kind: 'session' }
  | { readonly kind: 'trust' }
  | { readonly kind: 'key' }
  | { readonly kind: 'bucket'; readonly bucket: string };

export interface Listed {
  /** `NotAction`, `NotResource`: all but these. */
  readonly negated: boolean;
  readonly patterns: readonly Pattern[];
}

export interface Statement {
  /** `Statement[0]`, with the Sid where there is one. */
  readonly label: string;
  readonly effect: 'Allow' | 'Deny';
  readonly actions: Listed;
  /** Undefined in a trust policy: its resource is the role. */
  readonly resources: Listed | undefined;
  /** Undefined in identity and session policies: their principal is whoever holds them. */
  readonly principals: Principals | undefined;
  readonly conditions: readonly (Condition | NullCondition)[];
}

export interface PolicyDocument {
  readonly statements: readonly Statement[];
}

export interface PolicyProblem {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

const STATEMENT_ELEMENTS = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
];

/**
 * Reads a policy document. What the sandbox doesn't know is a problem and never ignored; with problems the document is
 * of no use.
 */
export function parsePolicy(
  value: unknown,
  use: PolicyUse,
): { document: PolicyDocument; problems: readonly PolicyProblem[] } {
  const problems: PolicyProblem[] = [];
  const report: Report = (path, message) => problems.push({ path, message });
  const statements = isFields(value) ? statementsOf(value, use, report) : [];
  if (!isFields(value)) report([], 'a policy is a JSON object');
  return { document: { statements }, problems };
}

function statementsOf(policy: Fields, use: PolicyUse, report: Report): Statement[] {
  for (const name of Object.keys(policy)) {
    if (!['Version', 'Id', 'Statement'].includes(name)) report([name], `"${name}" is not an element of a policy`);
  }
  const { Version: version = '2008-10-17', Id: id, Statement: given } = policy;
  if (version !== '2012-10-17' && version !== '2008-10-17')
    report(['Version'], '"Version" must be "2012-10-17" or "2008-10-17"');
  if (id !== undefined && typeof id !== 'string') report(['Id'], '"Id" must be a text');
  if (given === undefined) report([], '"Statement" is missing');
  const several = Array.isArray(given);
  const list: unknown[] = several ? given : given === undefined ? [] : [given];
  if (several && list.length === 0) report(['Statement'], '"Statement" is empty');
  return list.flatMap((statement, index) => {
    const path = several ? ['Statement', index] : ['Statement'];
    if (isFields(statement)) return [statementOf(statement, path, index, use, version === '2012-10-17', report)];
    report(path, 'a statement is a JSON object');
    return [];
  });
}

function statementOf(
  fields: Fields,
  path: Path,
  index: number,
  use: PolicyUse,
  variables: boolean,
  report: Report,
): Statement {
  for (const name of Object.keys(fields)) {
    if (!STATEMENT_ELEMENTS.includes(name)) report([...path, name], `"${name}" is not an element of a statement`);
  }
  const { Effect: effect, Sid: sid } = fields;
  if (effect !== 'Allow' && effect !== 'Deny') report([...path, 'Effect'], '"Effect" must be "Allow" or "Deny"');
  if (sid !== undefined && typeof sid !== 'string') report([...path, 'Sid'], '"Sid" must be a text');
  return {
    label: `Statement[${index}]${typeof sid === 'string' && sid !== '' ? ` ${sid}` : ''}`,
    effect: effect === 'Allow' ? 'Allow' : 'Deny',
    actions: actionsOf(fields, path, report),
    resources: resourcesOf(fields, path, use, variables, report),
    principals: principalsOf(fields, path, use, report),
    conditions: conditionsOf(fields.Condition, [...path, 'Condition'], variables, report),
  };
}

/** The one of two elements that is given, or undefined after a report. */
function oneOf(
  fields: Fields,
  plain: string,
  negated: string,
  path: Path,
  report: Report,
): { name: string; negated: boolean } | undefined {
  const has = [plain, negated].filter((name) => fields[name] !== undefined);
  if (has.length === 1) return { name: has[0], negated: has[0] === negated };
  report(path, has.length === 0 ? `"${plain}" is missing` : `"${plain}" and "${negated}" exclude each other`);
  return undefined;
}

function actionsOf(fields: Fields, path: Path, report: Report): Listed {
  const given = oneOf(fields, 'Action', 'NotAction', path, report);
  if (!given) return { negated: false, patterns: [] };
  const at = [...path, given.name];
  const patterns = textsOf(fields[given.name], at, report).map(({ text, path: textPath }) => {
    const pattern = parsePattern(text, { wildcards: true, variables: false }, () => undefined);
    if (!isKnownAction(pattern)) report(textPath, `the sandbox knows no action "${text}"`);
    return pattern;
  });
  return { negated: given.negated, patterns };
}

function resourcesOf(
  fields: Fields,
  path: Path,
  use: PolicyUse,
  variables: boolean,
  report: Report,
): Listed | undefined {
  if (use.kind === 'trust') {
    for (const name of ['Resource', 'NotResource']) {
      if (fields[name] !== undefined) report([...path, name], `a trust policy has no "${name}"`);
    }
    return undefined;
  }
  const given = oneOf(fields, 'Resource', 'NotResource', path, report);
  if (!given) return undefined;
  const patterns = textsOf(fields[given.name], [...path, given.name], report).map(({ text, path: textPath }) => {
    if (text !== '*' && !text.startsWith('arn:')) report(textPath, `"${text}" is not an ARN`);
    const inBucket =
      use.kind !== 'bucket' || text === `arn:aws:s3:::${use.bucket}` || text.startsWith(`arn:aws:s3:::${use.bucket}/`);
    if (!inBucket) report(textPath, `"${text}" is not the bucket that has this policy, nor a key in it`);
    return parsePattern(text, { wildcards: true, variables }, checkVariable(textPath, report));
  });
  return { negated: given.negated, patterns };
}

function principalsOf(fields: Fields, path: Path, use: PolicyUse, report: Report): Principals | undefined {
  if (use.kind === 'identity' || use.kind === 'session') {
    for (const name of ['Principal', 'NotPrincipal']) {
      if (fields[name] !== undefined)
        report([...path, name], `"${name}" can not stand in a policy of a user, role or session`);
    }
    return undefined;
  }
  const given = oneOf(fields, 'Principal', 'NotPrincipal', path, report);
  if (!given) return undefined;
  return { negated: given.negated, list: parsePrincipals(fields[given.name], [...path, given.name], report) };
}

function conditionsOf(value: unknown, path: Path, variables: boolean, report: Report): (Condition | NullCondition)[] {
  if (value === undefined) return [];
  if (!isFields(value)) {
    report(path, '"Condition" must be an object');
    return [];
  }
  return Object.entries(value).flatMap(([operator, keys]) => {
    if (isFields(keys))
      return Object.entries(keys).flatMap(([key, values]) =>
        conditionOf(operator, key, values, path, variables, report),
      );
    report([...path, operator], `"${operator}" must be an object of condition keys`);
    return [];
  });
}

function conditionOf(operator: string, key: string, value: unknown, path: Path, variables: boolean, report: Report) {
  const at = [...path, operator, key];
  if (!isKnownConditionKey(key)) report(at, `the sandbox knows no condition key "${key}"`);
  const values = textsOf(value, at, report, true);
  const texts = values.map(({ text }) => text);
  const condition = compileCondition(operator, key, texts, variables, checkVariable(at, report));
  if (!('kind' in condition)) return [condition];
  if (condition.kind === 'operator')
    report([...path, operator], `the sandbox knows no condition operator "${operator}"`);
  else
    report(
      values[condition.index]?.path ?? at,
      `"${operator}" can not compare with ${JSON.stringify(texts[condition.index])}`,
    );
  return [];
}

function checkVariable(path: Path, report: Report): (key: string) => void {
  return (key) => {
    if (!isKnownConditionKey(key)) report(path, `the sandbox knows no policy variable "${key}"`);
  };
}
