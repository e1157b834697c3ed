/** Characters of an inline session policy (STS API reference): at most 2048, U+0009, U+000A, U+000D, U+0020 to U+00FF. */
export const maximumPolicyCharacters = 2048;
const policyCharacters = /^[\t\n\r\u0020-\u00ff]*$/;

/** Why STS would not take the text of a session policy, or undefined. */
export function policyRefusal(document: string): string | undefined {
  if (document.length > maximumPolicyCharacters) {
    return `the session policy has ${document.length} characters; STS takes ${maximumPolicyCharacters}`;
  }
  if (!policyCharacters.test(document)) {
    return 'the session policy has characters beyond U+00FF, which STS does not take';
  }
  return undefined;
}
