// As much of YAML as this repository's own files use: maps and lists by indentation, flow maps and lists on one line, and
// scalars on one line. Whatever else there is, is an error with its line.

const SCALAR = /^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*')\s*(?:#.*)?$/;

/** What a file of YAML says. */
export function parse(text) {
  const lines = text
    .split('\n')
    .map((line, at) => ({ at: at + 1, indent: line.search(/\S|$/), text: line.trim(), raw: line }))
    .filter(({ text }) => text !== '' && !text.startsWith('#'));
  for (const { at, raw } of lines) if (/^\s*\t/.test(raw)) throw new Error(`line ${at}: a tab indents`);
  const [value, rest] = block(lines, 0);
  if (rest.length > 0) throw new Error(`line ${rest[0].at}: it belongs to nothing above`);
  return value;
}

/** The value that begins with the first line, and the lines after it. */
function block(lines, least) {
  const [first] = lines;
  if (!first || first.indent < least) return [null, lines];
  return first.text.startsWith('- ') ? list(lines, first.indent) : map(lines, first.indent);
}

function list(lines, indent) {
  const items = [];
  let rest = lines;
  while (rest[0]?.indent === indent && rest[0].text.startsWith('- ')) {
    const text = rest[0].text.slice(2).trimStart();
    const inner = indent + rest[0].text.length - text.length;
    // An item that is a map begins on the line of its dash.
    if (pair(text)) {
      const [item, after] = map([{ ...rest[0], text, indent: inner }, ...rest.slice(1)], inner);
      items.push(item);
      rest = after;
    } else {
      items.push(scalar(text, rest[0].at));
      rest = rest.slice(1);
    }
  }
  return [items, rest];
}

function map(lines, indent) {
  const entries = {};
  let rest = lines;
  while (rest[0]?.indent === indent && !rest[0].text.startsWith('- ')) {
    const { text, at } = rest[0];
    const found = pair(text);
    if (!found) throw new Error(`line ${at}: neither a key nor an item of a list`);
    const [key, value] = found;
    if (Object.hasOwn(entries, key)) throw new Error(`line ${at}: ${key} is there twice`);
    [entries[key], rest] = value === '' ? block(rest.slice(1), indent + 1) : [scalar(value, at), rest.slice(1)];
  }
  if (rest[0]?.indent > indent) throw new Error(`line ${rest[0].at}: it is indented too far`);
  return [entries, rest];
}

/** A key and the text after it, if a line is one. */
function pair(text) {
  const found = /^([A-Za-z_][\w.-]*):(?:\s+(.*))?$/.exec(text);
  return found && [found[1], found[2]?.startsWith('#') ? '' : (found[2] ?? '')];
}

function scalar(text, at) {
  if (/^[{[]/.test(text)) return flow(text, at);
  const quoted = SCALAR.exec(text);
  if (quoted) return unquoted(quoted[1]);
  // A plain scalar that YAML would read otherwise than it looks.
  if (/^["'&*!|>%@`]/.test(text) || /: | #/.test(text)) throw new Error(`line ${at}: quote ${text}`);
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  return { true: true, false: false, null: null }[text] ?? text;
}

function unquoted(text) {
  return text.startsWith("'") ? text.slice(1, -1).replaceAll("''", "'") : JSON.parse(text);
}

/** A flow map or list of scalars. */
function flow(text, at) {
  const closed = { '{': '}', '[': ']' }[text[0]];
  if (!text.endsWith(closed)) throw new Error(`line ${at}: ${text[0]} isn't closed on its line`);
  const parts = text.slice(1, -1).match(/(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^,"'])+/g) ?? [];
  const items = parts.map((part) => part.trim()).filter((part) => part !== '');
  if (closed === ']') return items.map((item) => scalar(item, at));
  return Object.fromEntries(
    items.map((item) => {
      const found = pair(item);
      if (!found) throw new Error(`line ${at}: ${item} has no key`);
      return [found[0], scalar(found[1], at)];
    }),
  );
}
