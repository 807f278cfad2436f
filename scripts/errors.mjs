#!/usr/bin/env node
// Lists every error of our pallets and the tests that name it; exits 1 if no test names one.
//
//   node scripts/errors.mjs [ROOT] [--quiet]    with --quiet, prints only errors that no test names
//
// Tests are pallets/*/src/tests/ and runtime/tests/.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import { code, paths } from './lib/rust.mjs';

/** The Rust files in and below folders. */
const rust = (...folders) =>
  folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true }).map((file) => join(folder, file)))
    .filter((file) => file.endsWith('.rs'))
    .sort();

/** The variants of a pallet's error. */
function variants(source) {
  const body = code(source).match(/#\[pallet::error\][^{]*\{([^}]*)\}/)?.[1] ?? '';
  return body
    .split(',')
    .map((variant) => variant.match(/([A-Z]\w*)\s*$/)?.[1])
    .filter(Boolean);
}

/** Where a file names errors of pallets: `{ pallet, variant, line }`; a bare `Error` is that of `own`, or what is imported. */
function named(source, own) {
  const text = code(source);
  const imported = new Map(own ? [['Error', own]] : []);
  for (const [, tree] of text.matchAll(/\buse\s+([^;]*);/g)) {
    for (const { path, name } of paths(tree)) {
      if (path.length === 2 && path[1] === 'Error' && path[0].startsWith('pallet_')) imported.set(name, path[0]);
    }
  }
  return [...text.matchAll(/(?:\b(\w+)::)?\b([A-Z]\w*)(?:::<[\w:<>]*?>)?::([A-Z]\w*)/g)].flatMap(
    ({ 1: crate, 2: type, 3: variant, index }) => {
      const qualified = type === 'Error' && crate?.startsWith('pallet_') ? crate : undefined;
      const pallet = qualified ?? (crate === undefined || crate === 'crate' ? imported.get(type) : undefined);
      return pallet ? [{ pallet, variant, line: text.slice(0, index).split('\n').length }] : [];
    },
  );
}

/** Each error with the places that name it: `Map` from `pallet_x::Variant` to `file:line`. */
export function errors(root) {
  const found = new Map();
  const pallets = readdirSync(join(root, 'pallets')).filter((name) => existsSync(join(root, 'pallets', name, 'src/lib.rs')));
  const crate = (name) => `pallet_${name.replaceAll('-', '_')}`;
  for (const name of pallets) {
    for (const variant of variants(readFileSync(join(root, 'pallets', name, 'src/lib.rs'), 'utf8')))
      found.set(`${crate(name)}::${variant}`, []);
  }
  const files = [
    ...pallets.flatMap((name) => rust(join(root, 'pallets', name, 'src/tests')).map((file) => [file, crate(name)])),
    ...rust(join(root, 'runtime/tests')).map((file) => [file, undefined]),
  ];
  for (const [file, own] of files) {
    for (const { pallet, variant, line } of named(readFileSync(file, 'utf8'), own)) {
      found.get(`${pallet}::${variant}`)?.push(`${relative(root, file)}:${line}`);
    }
  }
  return found;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const quiet = process.argv.includes('--quiet');
  const root = process.argv.slice(2).find((arg) => !arg.startsWith('-')) ?? fileURLToPath(new URL('..', import.meta.url));
  const found = errors(root);
  for (const [error, places] of found) {
    if (places.length > 0 && !quiet) console.log(`${error}  ${places.join(' ')}`);
    if (places.length === 0) console.error(`errors: no test names ${error}`);
  }
  const missing = [...found.values()].filter((places) => places.length === 0).length;
  console.log(`errors: ${found.size - missing} of ${found.size} are named by a test`);
  if (missing > 0) process.exitCode = 1;
}
