import { conditionKeys, conditionOperators } from './conditions.js';
import type { Condition, Listed, Policy, PolicyKind, PolicyProblem, PrincipalSet, Statement } from './document.js';

const policyElements = new Set(['Version', 'Id', 'Statement']);
const statementElements = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
]);
const services = new Set(['s3', 'sts', 'kms']);

type Path = readonly (string | number)[];

/**
 * Spells a policy document out. Whatever the sandbox does not know is a problem: a policy that is half understood would
 * authorize something else than AWS does.
 */
export function readPolicy(
  document: unknown,
  kind: PolicyKind,
): { readonly policy: Policy; readonly problems: readonly PolicyProblem[] } {
  const problems: PolicyProblem[] = [];
  const report = (path: Path, message: string): void => {
    problems.push({ path, message });
  };
  if (!isObject(document)) {
    report([], 'a policy is an object');
    return { policy: { statements: [] }, problems };
  }
  for (const name of Object.keys(document))
    if (!policyElements.has(name)) report([name], `a policy has no element "${name}"`);
  const { Statement: listed } = document;
  const statements = Array.isArray(listed) ? listed : [listed];
  const single = !Array.isArray(listed);
  return {
    policy: {
      statements: statements.map((statement, index) =>
        readStatement(statement, kind, single ? ['Statement'] : ['Statement', index], report),
      ),
    },
    problems,
  };
}

type Report = (path: Path, message: string) => void;

function readStatement(source: unknown, kind: PolicyKind, path: Path, report: Report): Statement {
  const statement = isObject(source) ? source : {};
  if (!isObject(source)) report(path, 'a statement is an object');
  for (const name of Object.keys(statement)) {
    if (!statementElements.has(name)) report([...path, name], `a statement has no element "${name}"`);
  }
  const { Sid, Effect } = statement;
  if (Effect !== 'Allow' && Effect !== 'Deny') report([...path, 'Effect'], 'Effect is Allow or Deny');
  const actions = readListed(statement, 'Action', 'NotAction', path, report);
  for (const pattern of actions?.patterns ?? []) {
    const [service, action] = pattern.split(':');
    if (pattern !== '*' && !(services.has(service) && action))
      report([...path, 'Action'], `the sandbox does not know the action "${pattern}"`);
  }
  const resources = readListed(statement, 'Resource', 'NotResource', path, report);
  if (kind === 'trust' ? resources !== undefined : resources === undefined) {
    report(path, kind === 'trust' ? 'a trust policy names no Resource' : 'Resource is missing');
  }
  const principals = readPrincipals(statement, path, report);
  const needsPrincipal = kind === 'trust' || kind === 'bucket';
  if (needsPrincipal !== (principals !== undefined)) {
    report(path, needsPrincipal ? 'Principal is missing' : `a policy of this kind names no Principal`);
  }
  if (!actions) report(path, 'Action is missing');
  return {
    sid: typeof Sid === 'string' ? Sid : undefined,
    effect: Effect === 'Allow' ? 'Allow' : 'Deny',
    principals,
    actions: actions ?? { except: false, patterns: [] },
    resources,
    conditions: readConditions(statement.Condition, [...path, 'Condition'], report),
  };
}

function readListed(
  statement: Readonly<Record<string, unknown>>,
  plain: string,
  negated: string,
  path: Path,
  report: Report,
): Listed | undefined {
  const name = plain in statement ? plain : negated in statement ? negated : undefined;
  if (name === undefined) return undefined;
  if (plain in statement && negated in statement) report(path, `a statement has ${plain} or ${negated}, not both`);
  return { except: name === negated, patterns: readTexts(statement[name], [...path, name], report) };
}

function readTexts(value: unknown, path: Path, report: Report): string[] {
  const values: unknown[] = Array.isArray(value) ? value : [value];
  if (values.every((item) => typeof item === 'string')) return values.map(String);
  report(path, 'a text or a list of texts is expected');
  return [];
}

function readPrincipals(
  statement: Readonly<Record<string, unknown>>,
  path: Path,
  report: Report,
): PrincipalSet | undefined {
  const except = 'NotPrincipal' in statement;
  const name = except ? 'NotPrincipal' : 'Principal';
  const value = statement[name];
  if (value === undefined) return undefined;
  if (value === '*') return { except, anyone: true, aws: [], services: [] };
  if (!isObject(value)) {
    report([...path, name], 'a principal is "*" or an object of AWS and Service');
    return { except, anyone: false, aws: [], services: [] };
  }
  for (const kind of Object.keys(value)) {
    if (kind !== 'AWS' && kind !== 'Service')
      report([...path, name, kind], `the sandbox does not know principals of kind "${kind}"`);
  }
  const aws = value.AWS === undefined ? [] : readTexts(value.AWS, [...path, name, 'AWS'], report);
  const listed = value.Service === undefined ? [] : readTexts(value.Service, [...path, name, 'Service'], report);
  return { except, anyone: aws.includes('*'), aws: aws.filter((arn) => arn !== '*'), services: listed };
}

function readConditions(value: unknown, path: Path, report: Report): Condition[] {
  if (value === undefined) return [];
  if (!isObject(value)) {
    report(path, 'Condition is an object');
    return [];
  }
  return Object.entries(value).flatMap(([operator, keys]) => {
    if (!conditionOperators.has(operator.replace(/^For(?:All|Any)Values:/, '').replace(/IfExists$/, ''))) {
      report([...path, operator], `the sandbox does not know the condition operator "${operator}"`);
      return [];
    }
    if (!isObject(keys)) {
      report([...path, operator], 'a condition operator holds an object of keys');
      return [];
    }
    return Object.entries(keys).map(([key, wanted]): Condition => {
      if (!conditionKeys.some((known) => known(key.toLowerCase()))) {
        report([...path, operator, key], `the sandbox does not know the condition key "${key}"`);
      }
      const values: unknown[] = Array.isArray(wanted) ? wanted : [wanted];
      return { operator, key: key.toLowerCase(), values: values.map(String) };
    });
  });
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
