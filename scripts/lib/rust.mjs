// Reads as much of Rust as the checks of this folder need: modules, what they import, and what they define.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The source with comments, strings and characters blanked, at the same offsets. */
export function code(source) {
  const blank = (text) => text.replace(/[^\n]/g, ' ');
  const token =
    /\/\/[^\n]*|\/\*|\bb?r(#*)"[\s\S]*?"\1|\bb?"(?:\\[\s\S]|[^"\\])*"|(?<!\w)"(?:\\[\s\S]|[^"\\])*"|b?'(?:\\(?:u\{[^}]*\}|x..|.)|[^'\\\n])'/g;
  let out = '';
  let at = 0;
  for (let found = token.exec(source); found; found = token.exec(source)) {
    let end = token.lastIndex;
    if (found[0] === '/*') {
      // Block comments nest.
      for (let depth = 1; depth > 0 && end < source.length; ) {
        const next = /\/\*|\*\//g;
        next.lastIndex = end;
        const edge = next.exec(source);
        depth += edge?.[0] === '/*' ? 1 : -1;
        end = edge ? next.lastIndex : source.length;
      }
      token.lastIndex = end;
    }
    out += source.slice(at, found.index) + blank(source.slice(found.index, end));
    at = end;
  }
  return out + source.slice(at);
}

/** Where the bracket that opens at `open` is closed. */
function closing(text, open) {
  let depth = 0;
  for (let i = open; i < text.length; i += 1) {
    if ('([{'.includes(text[i])) depth += 1;
    if (')]}'.includes(text[i])) depth -= 1;
    if (depth === 0) return i;
  }
  return text.length;
}

/** The code without the items that only tests have. */
export function production(text) {
  let out = text;
  const attribute = (from) => /^\s*#\[/.exec(out.slice(from));
  for (const { index } of [...text.matchAll(/#\[cfg\((?:test\)|all\(test\b)/g)].reverse()) {
    let end = closing(text, index + 1) + 1;
    // Other attributes, then the item: up to its semicolon, or the end of its braces.
    for (let next = attribute(end); next; next = attribute(end)) end = closing(out, end + next[0].length - 1) + 1;
    while (end < out.length && !';{'.includes(out[end])) end = '(['.includes(out[end]) ? closing(out, end) + 1 : end + 1;
    if (out[end] === '{') end = closing(out, end);
    // `use a::{b};` ends behind its braces.
    if (/^\s*;/.test(out.slice(end + 1)) && /^\s*(pub[^;{]*)?use\b/.test(out.slice(closing(out, index + 1) + 1)))
      end = out.indexOf(';', end);
    out = out.slice(0, index) + out.slice(index, end + 1).replace(/[^\n]/g, ' ') + out.slice(end + 1);
  }
  return out;
}

/** The paths of a `use` tree, as `{ path, name }`; a glob's name is `*`. */
export function paths(tree) {
  const tokens = tree.match(/::|[{},*]|[A-Za-z_]\w*/g) ?? [];
  let at = 0;
  const parse = (prefix) => {
    const path = [...prefix];
    if (tokens[at] === '::') at += 1;
    for (;;) {
      const token = tokens[at];
      if (token === '{') {
        const found = [];
        at += 1;
        while (at < tokens.length && tokens[at] !== '}') {
          found.push(...parse(path));
          if (tokens[at] === ',') at += 1;
        }
        at += 1;
        return found;
      }
      at += 1;
      if (token === '*') return [{ path, name: '*' }];
      if (token !== 'self' || path.length === 0) path.push(token);
      if (tokens[at] === '::') {
        at += 1;
      } else if (tokens[at] === 'as') {
        at += 2;
        return [{ path, name: tokens[at - 1] }];
      } else {
        return [{ path, name: path.at(-1) }];
      }
    }
  };
  return at < tokens.length ? parse([]) : [];
}

/**
 * The modules of a crate whose root is `file`, by path: `''` is the root, `a::b` a module within. Modules in braces share
 * their file. Each has `children`, `defined` names, and `uses`: `{ path, name, pub }`, the paths as they are written.
 * Modules of tests are left out.
 */
export function modules(file) {
  const found = new Map();
  const read = (path, text, at, folder) => {
    const module = { path, file: at, children: new Set(), defined: new Set(), uses: [], text: '' };
    found.set(path.join('::'), module);
    const item =
      /\b(pub(?:\([^)]*\))?\s+)?use\s+([^;]*);|\bmod\s+(\w+)\s*([;{])|\b(?:struct|enum|union|trait|type|fn|static|const|macro_rules!)\s+(?:mut\s+)?(\w+)/g;
    let last = 0;
    for (let it = item.exec(text); it; it = item.exec(text)) {
      const [whole, exported, tree, child, opens, name] = it;
      if (tree !== undefined) {
        module.uses.push(...paths(tree).map((use) => ({ ...use, pub: exported !== undefined })));
        module.text += text.slice(last, it.index);
        last = item.lastIndex;
      } else if (child) {
        module.children.add(child);
        if (opens === '{') {
          const open = it.index + whole.length - 1;
          const end = closing(text, open);
          module.text += text.slice(last, it.index);
          read([...path, child], text.slice(open + 1, end), at, join(folder, child));
          last = end + 1;
          item.lastIndex = last;
        } else {
          const [flat, nested] = [join(folder, `${child}.rs`), join(folder, child, 'mod.rs')];
          const next = existsSync(flat) ? flat : nested;
          if (!existsSync(next)) throw new Error(`${at} declares ${child}, which has no file`);
          read([...path, child], production(code(readFileSync(next, 'utf8'))), next, join(folder, child));
        }
      } else {
        module.defined.add(name);
      }
    }
    module.text += text.slice(last);
  };
  read([], production(code(readFileSync(file, 'utf8'))), file, dirname(file));
  return found;
}
