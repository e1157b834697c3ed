import { type Gate, type GateStep, type ProbeContext, walkGates } from '../../../runtime/connector-api.js';
import type { ObjectPattern } from '../../object-pattern.js';
import type { PolicyScope } from '../identity/side-statements.js';
import type { SideSettings } from '../side.js';
import type { ObjectSettings } from '../target/object-settings.js';
import { baseAccessGate, keyGate, regionGate } from './bucket-gates.js';
import { identityGates } from './identity-gates.js';
import { type ProbedSide, probedSide } from './probed-side.js';
import { sourceGates } from './source-gates.js';
import { targetGate } from './target-gates.js';

/** Walks a source through every gate from its base identity to the first byte. */
export function probeSource(
  settings: SideSettings,
  access: PolicyScope['access'],
  pattern: ObjectPattern,
  describes: string,
  context: ProbeContext,
): AsyncIterable<Gate> {
  return probe(settings, access, context, pattern.prefix, (side) => [
    ...sourceGates(side, pattern, describes),
    keyGate(side, 'kms:Decrypt is allowed'),
  ]);
}

/** Walks a target through every gate from its base identity to an upload, which is aborted. */
export function probeTarget(
  settings: SideSettings,
  access: PolicyScope['access'],
  object: ObjectSettings,
  context: ProbeContext,
): AsyncIterable<Gate> {
  return probe(settings, access, context, object.key, (side) => [
    targetGate(side, object),
    keyGate(side, 'kms:GenerateDataKey is allowed; kms:Decrypt, which parts need, shows with the first part'),
  ]);
}

async function* probe(
  settings: SideSettings,
  access: PolicyScope['access'],
  context: ProbeContext,
  prefix: string,
  own: (side: ProbedSide) => GateStep[],
): AsyncIterable<Gate> {
  const side = probedSide(settings, access, context);
  const last = settings.identity.kind === 'assumed-role' ? [baseAccessGate(side, prefix)] : [];
  try {
    yield* walkGates([...identityGates(side), regionGate(side), ...own(side), ...last], context.clock);
  } finally {
    side.close();
  }
}
