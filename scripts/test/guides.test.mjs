// What the documents for people say exists: commands and their options, errors and reasons, links, tests.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';

import { errors } from '../errors.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
const read = (file) => readFileSync(join(ROOT, file), 'utf8');
const guide = read('docs/requesters.md');

/** Where programs of this repository are built. */
const BUILT =
  process.env.MILLRACE_BIN ?? join(process.env.CARGO_TARGET_DIR ?? join(homedir(), '.cache/millrace/target'), 'release');

/** A program that must have been built; `how` says by what. */
function built(file, how) {
  assert.ok(existsSync(file), `${file} isn't there, so nobody knows whether the guide's commands exist: ${how}`);
  return file;
}

/** What a program answers to --help. */
function help(...command) {
  const [program, ...args] = command;
  const { status, stdout, stderr } = spawnSync(program, [...args, '--help'], { encoding: 'utf8' });
  assert.equal(status, 0, `${command.join(' ')} --help: ${stderr}`);
  return stdout;
}

const MODEL = () =>
  built(
    join(BUILT, 'millrace-model'),
    'cargo build --release --workspace --bin millrace-model, or set MILLRACE_BIN to the folder that has it.',
  );
const PROGRAM = () => built(join(ROOT, 'clients/ts/dist/cli/main.js'), 'make package.');

/** How each program says what a command of it takes; null where there is no such command. */
const PROGRAMS = {
  'millrace-model': ([command]) => help(MODEL(), command),
  millrace: ([command]) => help('node', PROGRAM(), command),
  node([file, command]) {
    built(join(ROOT, dirname(file), 'node_modules'), 'make client.');
    const text = help('node', join(ROOT, file));
    return text.includes(` ${file.split('/').at(-1)} ${command} `) ? text : null;
  },
  make: ([target]) => (new RegExp(`^${target}:`, 'm').test(read('Makefile')) ? '' : null),
};
/** Programs that come with the system, Rust or Node. */
const OTHERS = ['alias', 'cargo', 'cd', 'npm'];

/** The commands of a document: those in blocks of shell, and our own within sentences. */
function commands(text) {
  const blocks = [...text.matchAll(/^ *```sh.*\n([\s\S]*?)^ *```$/gm)].map(([, block]) => block.replace(/\\\n/g, ' '));
  const inline = [...text.matchAll(/`(millrace(?:-model)? [a-z][^`]*)`/g)].map(([, command]) => command);
  return [...blocks.flatMap((block) => block.split(/\n|&&/)), ...inline].map((line) => line.trim()).filter(Boolean);
}

/** What is wrong with a command; undefined if nothing is. */
function fault(command) {
  const [program, ...words] = command.split(/\s+/);
  if (OTHERS.includes(program)) return undefined;
  if (!Object.hasOwn(PROGRAMS, program)) return `nobody knows the program ${program}`;
  const text = PROGRAMS[program](words);
  if (text === null) return 'there is no such command';
  // A negative number is no option.
  const missing = words.filter((word) => /^--?[a-z]/.test(word) && !new RegExp(`(^|[\\s,])${word}(?![\\w-])`, 'm').test(text));
  return missing.length ? `it takes no ${missing.join(', ')}` : undefined;
}

/** The names that begin the rows of a document's tables, with what the last cell says. */
function rows(text) {
  const found = new Map();
  for (const [, names, remedy] of text.matchAll(/^\|([^|\n]*)\|.*?([^|\n]*)\|$/gm))
    for (const [, name] of names.matchAll(/`([\w.]+)`/g)) found.set(name, remedy.trim());
  return found;
}

/** A heading's fragment, as forges make it. */
const fragment = (heading) =>
  heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replace(/\s/g, '-');

const withoutCode = (text) =>
  text.replace(/^ *```[\s\S]*?^ *```$/gm, '').replace(/`[^`\n]*`/g, (code) => code.replace(/[[\]]/g, ''));
const fragments = (text) => [...withoutCode(text).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => fragment(heading));
const links = (text) => [...withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link);

/** The documents whose links are followed. */
const documents = () => [
  ...readdirSync(ROOT).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(ROOT, 'docs')).flatMap((name) => (name.endsWith('.md') ? [`docs/${name}`] : [])),
  'clients/ts/README.md',
  'clients/python/README.md',
];

/** Why a link of a document leads nowhere; undefined if it leads somewhere. */
function broken(document, link) {
  if (/^[a-z]+:/.test(link)) return undefined;
  const [path, anchor] = link.split('#');
  const target = path ? join(dirname(document), path) : document;
  if (!existsSync(join(ROOT, target))) return `${document} links ${link}: there is no ${target}`;
  if (anchor && !fragments(read(target)).includes(anchor)) return `${document} links ${link}: ${target} has no such heading`;
  return undefined;
}

describe('the guide for requesters', () => {
  it('has commands and options that the programs take', () => {
    const all = commands(guide);
    for (const name of ['check', 'import']) assert.ok(all.some((line) => line.startsWith(`millrace-model ${name} `)));
    for (const name of ['register', 'quote', 'post', 'watch'])
      assert.ok(all.some((line) => line.startsWith(`millrace ${name} `)));
    for (const command of all) assert.equal(fault(command), undefined, command);
  });

  it('notices what no program takes', () => {
    assert.match(fault('millrace-model check a.onnx --arg-min'), /no --arg-min/);
    assert.match(fault('node clients/js/cli.js sell'), /no such command/);
    assert.match(fault('make coffee'), /no such command/);
    assert.match(fault('curl x'), /nobody knows/);
  });

  it('has every error of the pallets that requesters call, with what to do', () => {
    const remedies = rows(guide);
    const names = [...errors(ROOT).keys()].map((name) => name.split('::'));
    const expected = [];
    for (const [crate, pallet] of [
      ['pallet_tasks', 'Tasks'],
      ['pallet_models', 'Models'],
    ])
      expected.push(...names.filter(([name]) => name === crate).map(([, variant]) => `${pallet}.${variant}`));
    assert.ok(expected.length > 25, 'the pallets have errors');
    // Of miners' nodes and of root.
    const others = ['Tasks.NotLeased', 'Tasks.TooLateToDecline', 'Models.TooManyListed'];
    for (const name of expected.filter((name) => !others.includes(name))) assert.ok(remedies.get(name), `${name} has no remedy`);
    for (const [name] of guide.matchAll(/\b(Tasks|Models)\.[A-Z]\w+/g)) assert.ok(expected.includes(name), `${name} is no error`);
  });

  it('has every reason that a node gives', () => {
    const { schemas } = JSON.parse(read('docs/openrpc.json')).components;
    const kinds = (name) => schemas[name].enum ?? schemas[name].oneOf.map(({ properties }) => properties.kind.const);
    const remedies = rows(guide);
    for (const schema of ['Unpostable', 'NoTaker', 'RefundReason']) {
      for (const kind of kinds(schema)) assert.ok(remedies.get(kind), `${schema} ${kind} has no remedy`);
    }
    for (const state of [...kinds('Standing'), ...kinds('End')]) assert.ok(remedies.get(state), state);
  });

  it('has every code of the packages', () => {
    const union = read('clients/ts/src/errors.ts').split('export class')[0];
    const typescript = [...union.matchAll(/\| '(\w+)'/g)].map(([, code]) => code);
    const folder = 'clients/python/src/millrace';
    const sources = readdirSync(join(ROOT, folder)).filter((name) => name.endsWith('.py'));
    const python = sources.flatMap((name) =>
      [...read(`${folder}/${name}`).matchAll(/(?:MillraceError\(\s*|^ {4}-?\d+: \()"([a-z_]+)"/gm)].map(([, code]) => code),
    );
    assert.ok(typescript.length > 10 && python.length > 15);
    for (const code of [...typescript, ...python]) assert.ok(guide.includes(`\`${code}\``), `${code} isn't in the guide`);
  });
});

describe('documents', () => {
  it('name tests that exist', () => {
    const rust = ['pallets', 'runtime', 'inference', 'node', 'engine'].flatMap((folder) =>
      readdirSync(join(ROOT, folder), { recursive: true })
        .filter((file) => file.endsWith('.rs'))
        .map((file) => read(join(folder, file))),
    );
    const tests = new Set(rust.flatMap((text) => [...text.matchAll(/\bfn (\w+)/g)].map(([, name]) => name)));
    for (const document of ['docs/security-model.md', 'docs/economics.md']) {
      const named = [...read(document).matchAll(/`([a-z0-9]+(?:_[a-z0-9]+){2,})`/g)].map(([, name]) => name);
      assert.ok(named.length > 20, document);
      for (const name of named) assert.ok(tests.has(name), `${document} names ${name}, which is no test`);
    }
  });

  it('link files and headings that exist', () => {
    const all = documents().flatMap((document) => links(read(document)).map((link) => [document, link]));
    assert.ok(all.length > 60);
    assert.deepEqual(all.map(([document, link]) => broken(document, link)).filter(Boolean), []);
  });

  it('notices links that lead nowhere', () => {
    assert.equal(fragment("What isn't `promised`, 2 of [it](x.md)"), 'what-isnt-promised-2-of-it');
    assert.deepEqual(links('[a](b.md#c)\n```sh\n[d](e.md)\n```\n`[f](g.md)`'), ['b.md#c']);
    assert.match(broken('README.md', 'docs/none.md'), /there is no docs\/none.md/);
    assert.match(broken('docs/models.md', '../README.md#nowhere'), /no such heading/);
  });
});
