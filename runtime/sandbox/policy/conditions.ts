import { isIPv4 } from 'node:net';
import type { Condition } from './document.js';
import { matchesPattern } from './match.js';

/** What is known of a request, by lower-case condition key; a key that is absent does not apply to the request. */
export type RequestContext = ReadonlyMap<string, readonly string[]>;

const plainKeys = new Set([
  'aws:principalarn',
  'aws:principalaccount',
  'aws:principaltype',
  'aws:userid',
  'aws:username',
  'aws:securetransport',
  'aws:sourceip',
  'aws:currenttime',
  'aws:epochtime',
  'aws:requestedregion',
  'aws:resourceaccount',
  'aws:tagkeys',
  'sts:externalid',
  'sts:rolesessionname',
  'sts:sourceidentity',
  'aws:sourceidentity',
  's3:prefix',
  's3:delimiter',
  's3:max-keys',
  's3:x-amz-acl',
  's3:x-amz-server-side-encryption',
  's3:if-none-match',
  's3:signatureversion',
  // Known so that derived policies can name them; the sandbox has no KMS, so they never apply to a request.
  'kms:viaservice',
  'kms:encryptioncontext:aws:s3:arn',
]);

/** Tests that tell which keys the sandbox knows. */
export const conditionKeys: readonly ((key: string) => boolean)[] = [
  (key) => plainKeys.has(key),
  (key) => key.startsWith('aws:requesttag/') || key.startsWith('aws:principaltag/'),
];

type Test = (actual: string, wanted: string) => boolean;

const number =
  (test: (a: number, b: number) => boolean): Test =>
  (a, b) =>
    test(Number(a), Number(b));
const date =
  (test: (a: number, b: number) => boolean): Test =>
  (a, b) =>
    test(Date.parse(a), Date.parse(b));
const equal: Test = (a, b) => a === b;
const equalIgnoringCase: Test = (a, b) => a.toLowerCase() === b.toLowerCase();
const like: Test = (a, b) => matchesPattern(b, a);
const arnLike: Test = (a, b) => {
  const [actual, wanted] = [a.split(':'), b.split(':')];
  const head = (parts: string[]): string[] => [...parts.slice(0, 5), parts.slice(5).join(':')];
  return head(wanted).every((part, index) => matchesPattern(part, head(actual)[index] ?? ''));
};

/** Positive tests by operator; a negated operator is the same test, refused. */
const positive: Readonly<Record<string, Test>> = {
  StringEquals: equal,
  StringEqualsIgnoreCase: equalIgnoringCase,
  StringLike: like,
  ArnEquals: arnLike,
  ArnLike: arnLike,
  Bool: equalIgnoringCase,
  NumericEquals: number((a, b) => a === b),
  NumericLessThan: number((a, b) => a < b),
  NumericLessThanEquals: number((a, b) => a <= b),
  NumericGreaterThan: number((a, b) => a > b),
  NumericGreaterThanEquals: number((a, b) => a >= b),
  DateEquals: date((a, b) => a === b),
  DateLessThan: date((a, b) => a < b),
  DateLessThanEquals: date((a, b) => a <= b),
  DateGreaterThan: date((a, b) => a > b),
  DateGreaterThanEquals: date((a, b) => a >= b),
  IpAddress: inBlock,
};

const negated: Readonly<Record<string, Test>> = {
  StringNotEquals: equal,
  StringNotEqualsIgnoreCase: equalIgnoringCase,
  StringNotLike: like,
  ArnNotEquals: arnLike,
  ArnNotLike: arnLike,
  NumericNotEquals: number((a, b) => a === b),
  DateNotEquals: date((a, b) => a === b),
  NotIpAddress: inBlock,
};

/** Base names, without `ForAllValues:`, `ForAnyValue:` and `IfExists`. */
export const conditionOperators: ReadonlySet<string> = new Set([
  ...Object.keys(positive),
  ...Object.keys(negated),
  'Null',
]);

/** Whether one condition holds (IAM JSON policy elements: Condition operators). */
export function conditionHolds({ operator, key, values }: Condition, context: RequestContext): boolean {
  const actual = context.get(key);
  const set = /^For(All|Any)Values:/.exec(operator)?.[1];
  const ifExists = operator.endsWith('IfExists');
  const base = operator.replace(/^For(?:All|Any)Values:/, '').replace(/IfExists$/, '');
  if (base === 'Null') return values.some((wanted) => (wanted.toLowerCase() === 'true') === (actual === undefined));
  if (actual === undefined || actual.length === 0) {
    // A negated operator holds for an absent key, a positive one does not; ForAllValues holds for the empty set.
    return ifExists || set === 'All' || (set === undefined && base in negated);
  }
  const wanted = values.map((value) => withVariables(value, context));
  const isNegated = base in negated;
  const test = isNegated ? negated[base] : positive[base];
  const one = (item: string): boolean => wanted.some((value) => test(item, value)) !== isNegated;
  return set === 'All' ? actual.every(one) : set === 'Any' ? actual.some(one) : one(actual[0]);
}

/** Puts `${key}` policy variables in; `${*}`, `${?}` and `${$}` stand for the characters themselves and stay for `matchesPattern`. */
export function withVariables(text: string, context: RequestContext): string {
  return text.replaceAll(
    /\$\{([A-Za-z][^}]*)\}/g,
    (whole, key: string) => context.get(key.toLowerCase())?.[0] ?? whole,
  );
}

function inBlock(address: string, block: string): boolean {
  const [base, bits = '32'] = block.split('/');
  if (!isIPv4(address) || !isIPv4(base)) return address === block;
  const mask = bits === '0' ? 0 : (-1 << (32 - Number(bits))) >>> 0;
  return (toNumber(address) & mask) >>> 0 === (toNumber(base) & mask) >>> 0;
}

function toNumber(address: string): number {
  return address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0) >>> 0;
}
