#!/usr/bin/env node
// Checks that arrows point one way: between crates as ARCHITECTURE.md draws them, and inside each crate between files.
//
//   node scripts/layers.mjs [ROOT]    prints each arrow that points up, each circle of files, and production code that
//                                     takes something from a module called `testing`; exits 1 if there is any

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

import { modules } from './lib/rust.mjs';

/** Each crate's folder, and the folders of those that it may depend on. */
function mayUse(root) {
  const below = ['primitives', 'inference'];
  const pallets = readdirSync(join(root, 'pallets')).filter((name) => existsSync(join(root, 'pallets', name, 'Cargo.toml')));
  const names = pallets.map((name) => `pallets/${name}`);
  return new Map([
    ['inference', []],
    ['primitives', ['inference']],
    ['engine', ['inference']],
    ['importer', ['engine', 'inference']],
    ...names.map((name) => [name, below]),
    ['runtime', [...names, ...below]],
    ['node', ['runtime', 'engine', ...below]],
  ]);
}

/**
 * Roots that declare what the files below them implement, so that those files name them; FRAME asks for this shape. An
 * arrow from such a file back to its root is none.
 */
const DECLARES = [
  /^pallets\/[^/]+\/src\/lib\.rs$/, // Config, Pallet, storage, events and errors
  /^runtime\/src\/lib\.rs$/, // Runtime and its pallets, for which configs/ and apis.rs implement traits
];

/** Names in the sections of a Cargo.toml that are linked into what is built. */
function dependencies(toml) {
  const found = [];
  let linked = false;
  for (const line of toml.split('\n')) {
    const section = line.match(/^\[(.*)\]\s*$/)?.[1];
    if (section !== undefined) {
      const [, name] = section.match(/^(?:target\..*\.)?(?:build-)?dependencies(?:\.([\w-]+))?$/) ?? [];
      linked = /^(target\..*\.)?(build-)?dependencies$/.test(section);
      if (name) found.push(name);
    } else if (linked) {
      const name = line.match(/^([\w-]+)\s*[.=]/)?.[1];
      if (name) found.push(name);
    }
  }
  return found;
}

/** Arrows between crates that point up. */
export function arrows(root) {
  const allowed = mayUse(root);
  const read = (folder) => readFileSync(join(root, folder, 'Cargo.toml'), 'utf8');
  const folderOf = new Map([...allowed.keys()].map((folder) => [read(folder).match(/^name\s*=\s*"(.*)"/m)[1], folder]));
  return [...allowed].flatMap(([folder, may]) =>
    dependencies(read(folder))
      .map((name) => folderOf.get(name))
      .filter((used) => used !== undefined && !may.includes(used))
      .map((used) => `${folder} depends on ${used}`),
  );
}

/** A path from the crate's root; undefined if it leads to another crate. */
function absolute(all, module, [first, ...rest]) {
  if (first === 'crate') return rest;
  if (first === 'self') return [...module.path, ...rest];
  if (first === 'super') {
    const parent = all.get(module.path.slice(0, -1).join('::'));
    return rest[0] === 'super' ? absolute(all, parent, rest) : [...parent.path, ...rest];
  }
  return module.children.has(first) ? [...module.path, first, ...rest] : undefined;
}

/** Whether a module has a name, of its own or by a `use`. */
function has(all, module, name, seen = new Set()) {
  if (seen.has(module)) return false;
  seen.add(module);
  if (module.defined.has(name) || module.children.has(name) || module.uses.some((use) => use.name === name)) return true;
  return globs(all, module).some((source) => has(all, source, name, seen));
}

const globs = (all, module) =>
  module.uses
    .filter(({ name }) => name === '*')
    .map(({ path }) => absolute(all, module, path))
    .map((path) => path && all.get(path.join('::')))
    .filter((source) => source && source !== module);

/** The file that defines what a path from the crate's root names, through whatever re-exports it. */
function definedIn(all, path, seen = new Set()) {
  let module = all.get('');
  for (const [i, name] of path.entries()) {
    const rest = path.slice(i + 1);
    const child = module.children.has(name) && all.get([...module.path, name].join('::'));
    if (child) {
      module = child;
      continue;
    }
    const key = `${module.path.join('::')} ${name}`;
    if (module.defined.has(name) || seen.has(key)) return module.file;
    seen.add(key);
    const use = module.uses.find((each) => each.name === name);
    const target = use && absolute(all, module, use.path);
    if (target) return definedIn(all, [...target, ...rest], seen);
    if (use) return undefined; // from another crate
    const source = globs(all, module).find((each) => has(all, each, name));
    return source ? definedIn(all, [...source.path, name, ...rest], seen) : module.file;
  }
  return module.file;
}

/** Which files a module takes something from. */
function imports(all, module) {
  const found = [];
  for (const { path, name, pub } of module.uses) {
    const target = absolute(all, module, path);
    if (!target) continue;
    // What a parent only passes on from its children isn't what it uses.
    if (pub && target.length > module.path.length && module.path.every((part, i) => part === target[i])) continue;
    if (name !== '*') {
      found.push(definedIn(all, target));
      continue;
    }
    const source = all.get(target.join('::'));
    if (!source) {
      found.push(definedIn(all, target)); // an enum's variants
      continue;
    }
    const words = new Set(module.text.match(/\b[A-Za-z_]\w*/g));
    const passed = [source, ...globs(all, source)];
    const names = passed.flatMap((each) => [...each.defined, ...each.children, ...each.uses.map((use) => use.name)]);
    found.push(...names.filter((each) => words.has(each)).map((each) => definedIn(all, [...target, each])));
  }
  for (const [path] of module.text.matchAll(/(?<![\w:])[A-Za-z_]\w*(?:::[A-Za-z_]\w*)+/g)) {
    const target = absolute(all, module, path.split('::'));
    if (target) found.push(definedIn(all, target));
  }
  return found.filter((file) => file && file !== module.file);
}

/** The arrows between the files of a crate. */
function graph(root, entry) {
  const all = modules(join(root, entry));
  const edges = new Map();
  const name = (file) => relative(root, file);
  for (const module of all.values()) {
    const from = name(module.file);
    const to = imports(all, module)
      .map(name)
      .filter((file) => file !== from && !DECLARES.some((shape) => shape.test(file) && file === entry));
    edges.set(from, new Set([...(edges.get(from) ?? []), ...to]));
  }
  return edges;
}

/** One shortest circle through each file that is in any. */
export function circles(root, entry) {
  const edges = graph(root, entry);
  const found = new Map();
  for (const start of edges.keys()) {
    const from = new Map([[start, undefined]]);
    const queue = [start];
    for (const file of queue) {
      for (const next of edges.get(file) ?? []) {
        if (next === start) {
          const circle = [];
          for (let at = file; at !== undefined; at = from.get(at)) circle.unshift(at);
          const key = [...circle].sort().join(' ');
          if (!found.has(key)) found.set(key, [...circle, start].join(' → '));
          queue.length = 0;
          break;
        }
        if (!from.has(next)) {
          from.set(next, file);
          queue.push(next);
        }
      }
    }
  }
  return [...found.values()];
}

/** Production code that takes something from a module called `testing`. */
export function testing(root, entry) {
  const found = [];
  for (const module of modules(join(root, entry)).values()) {
    if (module.path.includes('testing') || basename(module.file) === 'benchmarking.rs') continue;
    const written = [...module.text.matchAll(/[A-Za-z_]\w*(?:::[A-Za-z_]\w*)+/g)].map(([path]) => path.split('::'));
    for (const path of [...module.uses.map((use) => use.path), ...written]) {
      if (path.includes('testing')) found.push(`${relative(root, module.file)} takes ${path.join('::')}`);
    }
  }
  return [...new Set(found)];
}

/** Everything that is wrong below a folder. */
export function problems(root) {
  const entries = [...mayUse(root).keys()]
    .flatMap((folder) => ['lib.rs', 'main.rs'].map((file) => `${folder}/src/${file}`))
    .filter((entry) => existsSync(join(root, entry)));
  return [
    ...arrows(root).map((arrow) => `an arrow points up: ${arrow}`),
    ...entries.flatMap((entry) => circles(root, entry).map((circle) => `a circle: ${circle}`)),
    ...entries.flatMap((entry) => testing(root, entry).map((use) => `production code uses a module for tests: ${use}`)),
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url));
  const found = problems(root);
  for (const problem of found) console.error(`layers: ${problem}`);
  if (found.length > 0) process.exitCode = 1;
  else console.log('layers: crates and the files inside them depend on each other one way');
}
