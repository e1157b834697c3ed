import { amazonS3V2Errors } from '../connector/amazon-s3-v2/errors.js';
import { localFilesErrors } from '../connector/local-files/errors.js';
import { agentErrors } from '../runtime/agent/errors.js';
import { valueErrors } from '../runtime/batch/values/errors.js';
import type { ConnectorManifest, PropertySet, PropertySpec } from '../runtime/connector-api.js';
import { connectors } from '../runtime/connectors.js';
import { engineErrors } from '../runtime/engine/errors.js';
import type { ErrorEntry } from '../runtime/errors.js';
import { expressionErrors, rowErrors } from '../runtime/expression/errors.js';
import { csvErrors } from '../runtime/formats/csv/errors.js';
import { mappingErrors } from '../runtime/mapping/errors.js';
import { sandboxErrors } from '../runtime/sandbox/errors.js';

/** A part of a Markdown file that is derived from the code; it stands between two marker comments. */
export interface GeneratedPart {
  /** Relative to the project. */
  readonly file: string;
  readonly name: string;
  text(): string;
}

export const generatedParts: readonly GeneratedPart[] = [
  {
    file: 'README.md',
    name: 'properties',
    text: () => connectors.map(({ manifest }) => honouredTables(manifest)).join('\n'),
  },
  { file: 'docs/properties.md', name: 'not-supported', text: notSupportedTables },
  { file: 'docs/errors.md', name: 'errors', text: errorTable },
];

const sides = [
  ['connection', 'Connection'],
  ['source', 'Source, `advanced`'],
  ['target', 'Target, `advanced`'],
] as const;

function honouredTables(manifest: ConnectorManifest): string {
  const tables = sides.map(([side, title]) => honouredTable(title, manifest[side]));
  return `#### ${manifest.label} (\`${manifest.type}\`)\n\n${tables.filter((table) => table !== '').join('\n')}`;
}

function honouredTable(title: string, { honoured }: PropertySet): string {
  if (honoured.length === 0) return '';
  const rows = honoured.map((spec) => [`\`${spec.id}\``, spec.label, valuesOf(spec), meaningOf(spec)]);
  return table([title, 'Label', 'Values', 'Meaning'], rows);
}

function valuesOf(spec: PropertySpec): string {
  const parts: string[] = [];
  if (spec.values) parts.push(spec.values.map((value) => `\`${value}\``).join(', '));
  else parts.push(spec.secret ? 'secret' : spec.type);
  if (spec.minimum !== undefined || spec.maximum !== undefined)
    parts.push(`${spec.minimum ?? ''}–${spec.maximum ?? ''} ${spec.unit ?? ''}`.trim());
  if (spec.required) parts.push('required');
  if (spec.default !== undefined) parts.push(`default \`${spec.default}\``);
  return parts.join('; ');
}

function meaningOf(spec: PropertySpec): string {
  return spec.when === undefined ? spec.description : `${spec.description} Applies: ${spec.when}.`;
}

function notSupportedTables(): string {
  return connectors
    .flatMap(({ manifest }) =>
      sides.map(([side, title]) => {
        const rows = manifest[side].notSupported.map(({ id, label, instead }) => [`\`${id}\``, label, instead]);
        return rows.length === 0
          ? ''
          : `### ${manifest.label}: ${title}\n\n${table(['Property', 'Label', 'Instead'], rows)}`;
      }),
    )
    .filter((text) => text !== '')
    .join('\n');
}

const catalogues: readonly Readonly<Record<string, ErrorEntry>>[] = [
  mappingErrors,
  expressionErrors,
  rowErrors,
  valueErrors,
  csvErrors,
  engineErrors,
  agentErrors,
  sandboxErrors,
  amazonS3V2Errors,
  localFilesErrors,
];

function errorTable(): string {
  const entries = new Map(catalogues.flatMap((catalogue) => Object.entries(catalogue)));
  const rows = [...entries].map(([code, { meaning, remedy }]) => [`\`${code}\``, meaning, remedy]);
  return table(
    ['Code', 'Meaning', 'What to do'],
    rows.sort((a, b) => (a[0] < b[0] ? -1 : 1)),
  );
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [header, header.map(() => '---'), ...rows].map((cells) => `| ${cells.map(escaped).join(' | ')} |`);
  return `${lines.join('\n')}\n`;
}

function escaped(cell: string): string {
  return cell.replaceAll('|', '\\|').replaceAll('\n', ' ');
}

/** The file's text with the part between its markers replaced. Throws where the markers are missing. */
export function withPart(text: string, { file, name, text: make }: GeneratedPart): string {
  const begin = `<!-- begin ${name} (npm run docs) -->\n`;
  const end = `<!-- end ${name} -->`;
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from < 0 || to < from) throw new Error(`${file} lacks the markers of the generated part ${name}`);
  return `${text.slice(0, from + begin.length)}\n${make()}\n${text.slice(to)}`;
}
