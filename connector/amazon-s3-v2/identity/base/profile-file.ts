/**
 * The shared credentials and config files of AWS (SDKs and tools reference guide, shared config and credentials files). The
 * SDK's reader is not used because it passes over lines that it does not understand, and a profile half read is another
 * identity than the one that was meant.
 */
import { join, resolve } from 'node:path';
import { amazonS3V2Error } from '../../errors.js';
import { fileText } from '../../file-text.js';
import { type BaseSurroundings, homeFolder, variable } from './base-surroundings.js';

/** Settings by their names in lower case. */
export type ProfileSettings = ReadonlyMap<string, string>;

export interface ProfileFiles {
  readonly profiles: ReadonlyMap<string, ProfileSettings>;
  /** `[sso-session NAME]`. */
  readonly ssoSessions: ReadonlyMap<string, ProfileSettings>;
  /** The files that were looked for, those that exist and those that do not. */
  readonly paths: ProfilePaths;
}

export interface ProfilePaths {
  readonly credentials: string;
  readonly config: string;
}

/** Far more than a file of profiles ever has. Bytes. */
const maximumFile = 1024 * 1024;

/**
 * Reads all profiles. A setting of the credentials file wins over one of the config file.
 * @param file the one file to read, relative to the connection file; the shared files unless given
 * Throws `PROFILE_FILE_MISSING` and `PROFILE_FILE_INVALID`.
 */
export function readProfileFiles(file: string | undefined, surroundings: BaseSurroundings): ProfileFiles {
  const paths = profilePaths(file, surroundings);
  const config = textOf(paths.config);
  const credentials = paths.credentials === paths.config ? undefined : textOf(paths.credentials);
  if (config === undefined && credentials === undefined) {
    const what =
      file === undefined ? `neither ${paths.credentials} nor ${paths.config} exists` : `${paths.config} does not exist`;
    throw amazonS3V2Error('PROFILE_FILE_MISSING', what);
  }
  const profiles = new Map<string, Map<string, string>>();
  const ssoSessions = new Map<string, Map<string, string>>();
  // Where one file holds everything, its sections may be headed as in either.
  const plainNames = file !== undefined;
  for (const section of sectionsOf(config ?? '', paths.config)) {
    const { kind, name } = configHeading(section.heading, plainNames);
    if (kind === 'profile') addTo(profiles, name, section);
    if (kind === 'sso-session') addTo(ssoSessions, name, section);
  }
  for (const section of sectionsOf(credentials ?? '', paths.credentials)) addTo(profiles, section.heading, section);
  return { profiles, ssoSessions, paths };
}

function profilePaths(file: string | undefined, { environment, connectionFolder }: BaseSurroundings): ProfilePaths {
  if (file !== undefined) {
    const path = resolve(connectionFolder, file);
    return { credentials: path, config: path };
  }
  const folder = join(homeFolder(environment), '.aws');
  return {
    credentials: variable(environment, 'AWS_SHARED_CREDENTIALS_FILE') ?? join(folder, 'credentials'),
    config: variable(environment, 'AWS_CONFIG_FILE') ?? join(folder, 'config'),
  };
}

function textOf(path: string): string | undefined {
  const read = fileText(path, maximumFile);
  if ('text' in read) return read.text.replace(/^\ufeff/, '');
  if (read.code === 'ENOENT') return undefined;
  throw amazonS3V2Error('PROFILE_FILE_INVALID', `${path} can not be read (${read.code})`);
}

interface Section {
  readonly heading: string;
  readonly settings: ReadonlyMap<string, string>;
}

function addTo(sections: Map<string, Map<string, string>>, name: string, { settings }: Section): void {
  const known = sections.get(name) ?? new Map<string, string>();
  for (const [key, value] of settings) known.set(key, value);
  sections.set(name, known);
}

function configHeading(heading: string, plainNames: boolean): { readonly kind: string; readonly name: string } {
  if (heading === 'default') return { kind: 'profile', name: heading };
  const [, kind, name] = /^(profile|sso-session|services)\s+["']?(.*?)["']?$/.exec(heading) ?? [];
  if (kind !== undefined && name !== undefined) return { kind, name };
  return { kind: plainNames ? 'profile' : 'unknown', name: heading };
}

/** The sections of a file in their order. Messages name the line, never what stands in it: it may be a secret. */
function sectionsOf(text: string, path: string): Section[] {
  const sections: { heading: string; settings: Map<string, string> }[] = [];
  let inSetting = false;
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    const broken = (why: string) => amazonS3V2Error('PROFILE_FILE_INVALID', `${path}, line ${index + 1}: ${why}`);
    const content = line.trim();
    if (content === '' || /^[#;]/.test(content)) continue;
    if (/^\s/.test(line) && inSetting) continue; // Settings below a setting, such as `s3 =`: none of them is about identity.
    if (content.startsWith('[')) {
      const heading = /^\[\s*([^\]]+?)\s*\]\s*([#;].*)?$/.exec(content)?.[1];
      if (heading === undefined) throw broken('a section is headed [name]');
      sections.push({ heading, settings: new Map() });
      inSetting = false;
      continue;
    }
    const equals = content.indexOf('=');
    const name = content.slice(0, Math.max(0, equals)).trim().toLowerCase();
    if (name === '') throw broken('a setting is written name = value');
    const section = sections[sections.length - 1];
    if (section === undefined) throw broken('the setting stands in no section');
    section.settings.set(name, withoutComment(content.slice(equals + 1)));
    inSetting = true;
  }
  return sections;
}

/** A comment behind a value begins with a blank before its sign; without one the sign is part of the value. */
function withoutComment(value: string): string {
  return value.replace(/\s[#;].*$/, '').trim();
}
