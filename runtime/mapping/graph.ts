import type { CrossroleError } from '../errors.js';
import { nearestName } from '../nearest-name.js';
import { mappingError } from './errors.js';
import type { JsonDocument } from './json-document.js';
import type { TransformationFile } from './mapping-file.js';
import { REJECTS_NAME } from './plan.js';

/**
 * Checks names and inputs and returns the transformations so that inputs come before their users; those whose input chain is
 * broken are left out, after an error was added.
 */
export function orderTransformations(
  transformations: readonly TransformationFile[],
  document: JsonDocument,
  errors: CrossroleError[],
): TransformationFile[] {
  const byName = new Map<string, TransformationFile>();
  transformations.forEach((transformation, index) => {
    const place = document.place(['transformations', index, 'name']);
    if (byName.has(transformation.name)) {
      const message = `a second transformation is called "${transformation.name}"`;
      errors.push(mappingError('DUPLICATE_NAME', message, { ...place, transformation: transformation.name }));
    } else if (transformation.name === REJECTS_NAME) {
      errors.push(
        mappingError('RESERVED_NAME', `"${REJECTS_NAME}" is the name of the rejects object in reports`, place),
      );
    } else byName.set(transformation.name, transformation);
  });

  const ordered = new Set<TransformationFile>();
  const broken = new Set<TransformationFile>();
  transformations.forEach((first, index) => {
    const chain: TransformationFile[] = [];
    let node: TransformationFile | undefined = first;
    while (node && !ordered.has(node) && !broken.has(node)) {
      if (chain.includes(node)) {
        errors.push(
          mappingError(
            'INPUT_CYCLE',
            `"${first.name}" feeds itself: ${namesOf([...chain, node])}`,
            placeOfInput(index),
          ),
        );
        for (const member of chain) broken.add(member);
        break;
      }
      chain.push(node);
      if (node.type === 'source') break;
      const input: TransformationFile | undefined = byName.get(node.input);
      if (!input || input.type === 'target') {
        if (node === first) errors.push(unknownInput(node.input, input));
        for (const member of chain) broken.add(member);
        break;
      }
      node = input;
    }
    if (node && broken.has(node)) for (const member of chain) broken.add(member);
    else for (const member of chain.reverse()) ordered.add(member);

    function unknownInput(name: string, found: TransformationFile | undefined): CrossroleError {
      if (found)
        return mappingError('UNKNOWN_INPUT', `"${name}" is a target; nothing comes out of it`, placeOfInput(index));
      const feeding = [...byName.values()].filter((t) => t.type !== 'target' && t !== first).map((t) => t.name);
      const meant = nearestName(name, feeding);
      const remedy = meant ? `Did you mean "${meant}"?` : `Name one of: ${feeding.join(', ')}.`;
      return mappingError('UNKNOWN_INPUT', `there is no transformation "${name}"`, { ...placeOfInput(index), remedy });
    }
  });
  // A wrong input leaves the right one without a taker: told, that would hide the mistake behind its consequence.
  if (broken.size === 0) reportLooseEnds(transformations, document, errors);
  return [...ordered];

  function placeOfInput(index: number) {
    return { ...document.place(['transformations', index, 'input']), transformation: transformations[index].name };
  }
}

function namesOf(chain: readonly TransformationFile[]): string {
  return chain
    .map((node) => node.name)
    .reverse()
    .join(' → ');
}

function reportLooseEnds(
  transformations: readonly TransformationFile[],
  document: JsonDocument,
  errors: CrossroleError[],
): void {
  const used = new Set(transformations.flatMap((t) => (t.type === 'source' ? [] : [t.input])));
  if (!transformations.some((t) => t.type === 'target')) {
    errors.push(mappingError('NO_TARGET', 'the mapping has no target', document.place(['transformations'])));
    return;
  }
  transformations.forEach((transformation, index) => {
    if (transformation.type === 'target' || used.has(transformation.name)) return;
    errors.push(
      mappingError('UNUSED_OUTPUT', `no transformation takes the rows of "${transformation.name}"`, {
        ...document.place(['transformations', index, 'name']),
        transformation: transformation.name,
      }),
    );
  });
}
