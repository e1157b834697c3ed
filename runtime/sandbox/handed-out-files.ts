import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SandboxConfig } from './config.js';
import type { SandboxState } from './exchange.js';

/**
 * Writes the files by which a machine lets its programs know who they are, and gives the variables that name them. Those of
 * profiles are always named, so that nothing of the user's own is taken for the sandbox's.
 */
export function handOutFiles(
  { profiles }: SandboxConfig,
  { principals, identityProvider, podToken, now }: SandboxState,
  directory: string,
): Readonly<Record<string, string>> {
  const write = (name: string, content: string): string => {
    const file = join(directory, name);
    writeFileSync(file, content, { mode: 0o600 });
    return file;
  };
  const sections = Object.entries(profiles).map(([name, settings]) => {
    const user = principals.find(settings.aws_access_key_id ?? '');
    const secret = user ? { aws_secret_access_key: user.secretAccessKey } : {};
    const lines = Object.entries({ ...settings, ...secret }).map(([key, value]) => `${key} = ${value}\n`);
    return `[${name}]\n${lines.join('')}`;
  });
  const credentials = 'credentials';
  return {
    AWS_SHARED_CREDENTIALS_FILE:
      sections.length > 0 ? write(credentials, sections.join('\n')) : join(directory, credentials),
    AWS_CONFIG_FILE: join(directory, 'config'),
    ...(principals.containerRole?.wantsToken
      ? { AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: write('pod-token', podToken) }
      : {}),
    ...(identityProvider
      ? {
          AWS_WEB_IDENTITY_TOKEN_FILE: write('web-identity-token', identityProvider.issue(now())),
          AWS_ROLE_ARN: identityProvider.roleArn,
        }
      : {}),
  };
}
