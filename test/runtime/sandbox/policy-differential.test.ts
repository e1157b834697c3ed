import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSimulation } from '@cloud-copilot/iam-simulate';
import { type PolicyDocument, type PolicyUse, parsePolicy } from '../../../runtime/sandbox/policy/document.js';
import { evaluate } from '../../../runtime/sandbox/policy/evaluate.js';
import { type GeneratedRequest, generatedRequest } from './generated-request.js';

const REQUESTS = 600;

/**
 * Where the other evaluator is known to decide otherwise, with the rule that ours follows:
 * - A grant of the resource's own account to the ARN of a session is not cut by what its session policy leaves out (IAM user
 *   guide, policy evaluation logic: resource-based policies and session principals).
 * - `IfExists` makes a condition true where the key is absent, for every operator but `Null` (IAM user guide, IfExists).
 */
function isKnownDifference({ caller, session, resourcePolicy, policies }: GeneratedRequest, allowed: boolean): boolean {
  const grantedToSession = session !== undefined && JSON.stringify(resourcePolicy ?? '').includes(`"${caller.arn}"`);
  const anyValueIfExists = /ForAnyValue:\w+IfExists/.test(JSON.stringify(policies));
  return (grantedToSession && allowed) || anyValueIfExists;
}

function read(document: unknown, use: PolicyUse): PolicyDocument {
  const { document: policy, problems } = parsePolicy(document, use);
  assert.deepEqual(problems, []);
  return policy;
}

function ourDecision(request: GeneratedRequest): boolean {
  const { caller, action, resource, resourceAccount, context, identity, session, resourcePolicy, assumesRole } =
    request;
  const values = Object.entries(context).map(
    ([key, value]) => [key.toLowerCase(), typeof value === 'string' ? [value] : value] as const,
  );
  const use: PolicyUse = assumesRole ? { kind: 'trust' } : { kind: 'bucket', bucket: 'b' };
  return evaluate(
    { caller, action, resource, resourceAccount, context: new Map(values) },
    {
      identity: identity.map((document) => read(document, { kind: 'identity' })),
      session: session === undefined ? undefined : read(session, { kind: 'session' }),
      resource: resourcePolicy === undefined ? undefined : read(resourcePolicy, use),
      resourceGate: assumesRole ? 'trust-policy' : 'bucket-policy',
    },
  ).allowed;
}

async function theirDecision(request: GeneratedRequest): Promise<boolean> {
  const { caller, action, resource, resourceAccount, context, identity, session, resourcePolicy } = request;
  const result = await runSimulation(
    {
      request: {
        principal: caller.arn,
        action,
        resource: { resource, accountId: resourceAccount },
        contextVariables: context,
      },
      identityPolicies: identity.map((policy, index) => ({ name: `identity-policy[${index}]`, policy })),
      sessionPolicy: session,
      resourcePolicy,
      serviceControlPolicies: [],
      resourceControlPolicies: [],
    },
    {},
  );
  if (result.resultType === 'error') throw new Error(JSON.stringify(result.errors));
  return result.overallResult === 'Allowed';
}

test('decisions are those of an independent evaluator', async () => {
  const first = 1;
  const counts = { allowed: 0, denied: 0, knownDifferences: 0 };
  for (let seed = first; seed < first + REQUESTS; seed++) {
    const request = generatedRequest(seed);
    const allowed = ourDecision(request);
    counts[allowed ? 'allowed' : 'denied']++;
    if (allowed === (await theirDecision(request))) continue;
    assert.ok(isKnownDifference(request, allowed), `seed ${seed}, ours: ${allowed}: ${JSON.stringify(request)}`);
    counts.knownDifferences++;
  }
  // A generator that only makes refusals would compare nothing.
  assert.ok(Math.min(counts.allowed, counts.denied) >= REQUESTS / 5, JSON.stringify(counts));
  assert.ok(counts.knownDifferences <= REQUESTS / 50, JSON.stringify(counts));
});
