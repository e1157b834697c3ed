/** A tree of elements: text, or children by name; a list repeats its element. */
export type XmlContent = string | number | boolean | XmlElements | readonly XmlContent[];
export interface XmlElements {
  readonly [name: string]: XmlContent | undefined;
}

/** An XML document; undefined children are left out. */
export function xmlDocument(root: string, content: XmlElements | string, namespace?: string): string {
  const attribute = namespace === undefined ? '' : ` xmlns="${namespace}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root}${attribute}>${typeof content === 'string' ? escapeXml(content) : children(content)}</${root}>`;
}

function children(elements: XmlElements): string {
  return Object.entries(elements)
    .map(([name, content]) => (content === undefined ? '' : element(name, content)))
    .join('');
}

function element(name: string, content: XmlContent): string {
  if (isList(content)) return content.map((item) => element(name, item)).join('');
  return `<${name}>${typeof content === 'object' ? children(content) : escapeXml(String(content))}</${name}>`;
}

function isList(content: XmlContent): content is readonly XmlContent[] {
  return Array.isArray(content);
}

function escapeXml(text: string): string {
  return text.replaceAll(/[&<>"'\r]/g, (c) => `&#${c.charCodeAt(0)};`);
}
