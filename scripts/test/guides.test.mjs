// What the documents for people say exists: commands and their options, errors and reasons, links, tests.

import assert from 'node:assert/strict';
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';

import { errors } from '../errors.mjs';
import { commands, fault, OTHERS, ROOT, read } from '../lib/commands.mjs';

const guide = read('docs/requesters.md');

/** The documents for people that tell them what to run. `walkthrough.test.mjs` runs what of it can be run. */
const COMMANDED = [
  'README.md',
  'CONTRIBUTING.md',
  ...[
    'requesters',
    'models',
    'miners',
    'collators',
    'explorer',
    'governance',
    'economics',
    'benchmarks',
    'adding-an-operator',
  ].map((name) => `docs/${name}.md`),
  ...['monitoring', 'zombienet', 'chain-specs'].map((folder) => `${folder}/README.md`),
];

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
  it('have commands, options and files that exist', () => {
    const all = COMMANDED.flatMap((document) => commands(read(document)).map((command) => [document, command]));
    assert.ok(all.length > 100, `${all.length} commands`);
    const wrong = all.map(([document, command]) => [document, command, fault(command)]).filter(([, , what]) => what);
    assert.deepEqual(wrong, []);
  });

  it('use each program that only its owner can run', () => {
    const all = COMMANDED.flatMap((document) => commands(read(document))).join(' ');
    for (const program of Object.keys(OTHERS)) assert.ok(all.includes(program), `no document runs ${program}`);
  });

  it('notice what no program takes', () => {
    assert.match(fault('millrace-model check a.onnx --arg-min'), /no --arg-min/);
    assert.match(fault('sudo -u millrace millrace-node key insert --key-kind mill'), /no --key-kind/);
    assert.match(fault('node clients/js/cli.js sell'), /no such command/);
    assert.match(fault('make coffee'), /no such command/);
    assert.match(fault('npm run coffee'), /no such command/);
    assert.match(fault('cargo build --bin coffee'), /no such command/);
    assert.match(fault('scripts/chain-specs.sh --coffee'), /no --coffee/);
    assert.match(fault('sudo install docs/coffee.service /etc'), /no docs\/coffee.service/);
    assert.match(fault('brew x'), /nobody knows/);
    assert.deepEqual(commands('a `make dev` b\n```sh\nmake build && \\\n  cd x   # why\n```\n'), [
      'make build',
      'cd x',
      'make dev',
    ]);
  });

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
