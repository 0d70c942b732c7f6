// Payloads as literals of a program.

const identifier = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/** Writes a value as TypeScript. */
export function asTypeScript(value: unknown, indent = ''): string {
  const inner = indent + '  ';
  if (Array.isArray(value)) {
    if (value.length === 0) return '[]';
    return `[\n${value.map((v) => `${inner}${asTypeScript(v, inner)},\n`).join('')}${indent}]`;
  }
  if (value !== null && typeof value === 'object') {
    const members = Object.entries(value);
    if (members.length === 0) return '{}';
    const key = (name: string): string => (identifier.test(name) ? name : JSON.stringify(name));
    return `{\n${members.map(([name, v]) => `${inner}${key(name)}: ${asTypeScript(v, inner)},\n`).join('')}${indent}}`;
  }
  if (typeof value === 'string') return `'${JSON.stringify(value).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
  return JSON.stringify(value);
}

/** Writes a value as Go: the JSON that decodes to the payload, in a raw string where that can hold it. */
export function asGo(value: unknown): string {
  const text = JSON.stringify(value, null, '\t');
  return `json.RawMessage(${text.includes('`') ? JSON.stringify(JSON.stringify(value)) : '`' + text + '`'})`;
}
