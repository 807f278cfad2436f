// The commands of a document, what it shows that they print, and whether the programs take them.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '../..');
export const read = (file) => readFileSync(join(ROOT, file), 'utf8');

/** Where programs of this repository are built. */
const BUILT =
  process.env.MILLRACE_BIN ?? join(process.env.CARGO_TARGET_DIR ?? join(homedir(), '.cache/millrace/target'), 'release');

/** A program that must have been built; `how` says by what. */
function built(file, how) {
  assert.ok(existsSync(file), `${file} isn't there, so nobody knows whether the documents' commands exist: ${how}`);
  return file;
}

export const NODE = () => built(process.env.MILLRACE_NODE ?? join(BUILT, 'millrace-node'), 'make build, or set MILLRACE_NODE.');
export const MODEL = () =>
  built(
    join(BUILT, 'millrace-model'),
    'cargo build --release --workspace --bin millrace-model, or set MILLRACE_BIN to the folder that has it.',
  );
export const PROGRAM = () => built(join(ROOT, 'clients/ts/dist/cli/main.js'), 'make package.');

const texts = new Map();

/** What a program answers to --help. */
function help(...command) {
  const key = command.join(' ');
  if (!texts.has(key)) {
    const [program, ...args] = command;
    const { status, stdout, stderr } = spawnSync(program, [...args, '--help'], { encoding: 'utf8' });
    assert.equal(status, 0, `${key} --help: ${stderr}`);
    texts.set(key, stdout);
  }
  return texts.get(key);
}

/** What a script's first comment says of it, which is all the help that it has. */
const headOf = (file) => {
  const lines = read(file).split('\n');
  const end = lines.findIndex((line) => line && !/^(#|\/\/)/.test(line));
  return lines.slice(0, end).join('\n');
};

/** The subcommands that a command begins with: words before the first option or operand. */
function subcommands(words, list) {
  const known = (text) =>
    [...(/^Commands:\n([\s\S]*?)\n\n/m.exec(text)?.[1] ?? '').matchAll(/^ {2}(\S+)/gm)].map(([, name]) => name);
  const path = [];
  for (const word of words) {
    if (!known(list(...path)).includes(word)) break;
    path.push(word);
  }
  return path;
}

const packages = ['clients/js', 'clients/ts', 'explorer', 'zombienet/compat'].map((folder) => `${folder}/package.json`);

/** How each program says what a command of it takes; null where there is no such command. */
const PROGRAMS = {
  'millrace-model': ([command]) => help(MODEL(), command),
  'millrace-node'(words) {
    const of = (...path) => help(NODE(), ...path);
    return of(...subcommands(words, of));
  },
  millrace: ([command]) => help('node', PROGRAM(), command),
  node([file, command]) {
    if (file === '--test') return existsSync(join(ROOT, dirname(command))) ? file : null;
    const at = existsSync(join(ROOT, file)) ? file : join('clients/js', file);
    if (!existsSync(join(ROOT, at))) return null;
    if (!at.endsWith('cli.js')) return headOf(at);
    built(join(ROOT, dirname(at), 'node_modules'), 'make client.');
    const text = help('node', join(ROOT, at));
    return !command || command.startsWith('-') || text.includes(` cli.js ${command} `) ? text : null;
  },
  make: ([target]) => (new RegExp(`^${target}:`, 'm').test(read('Makefile')) ? '' : null),
  npm: ([verb, name]) => {
    const script = verb === 'run' ? name : verb;
    return verb === 'ci' || packages.some((file) => JSON.parse(read(file)).scripts?.[script]) ? '' : null;
  },
  cargo(words) {
    const manifests = spawnSync('git', ['ls-files', '*Cargo.toml'], { cwd: ROOT, encoding: 'utf8' }).stdout.trim().split('\n');
    const text = manifests.map(read).join('\n');
    const named = words.flatMap((word, index) => (['-p', '--bin'].includes(word) ? [words[index + 1]] : []));
    return named.every((name) => text.includes(`name = "${name}"`)) ? words.join(' ') : null;
  },
};
/** Programs of others, which a test can't run for what they change or need; of their words only files of ours are looked at. */
export const OTHERS = {
  alias: 'a name for a program',
  cd: 'a place',
  curl: 'asks a node of the network; what it asks is held against a node in walkthrough.test.mjs',
  docker: 'needs its daemon, and builds for an hour',
  git: 'fetches this repository',
  install: 'writes into the system',
  npx: 'serves the page, or fetches a browser',
  'optimum-cli': 'exports from PyTorch, as scripts/test-models.sh export does',
  python3: 'runs what needs packages of Python',
  systemctl: 'starts services',
  useradd: 'makes an account of the system',
};

/** Commands of ours that no test runs as they stand, and why. */
export const UNRUN = [
  [/^(cargo|npm) /, 'builds, or runs a suite: CI does'],
  [/^node --test /, 'runs suites, of which this is one'],
  [/^make (?!help$)/, 'builds, runs suites, or a network until it is ended; demo.test.mjs runs the demo'],
  [/^scripts\/setup\.sh --check$/, 'looks at what a machine lacks, and fails for it'],
  [/^scripts\/(benchmark|minilm|test-models|chain-specs)\.sh /, 'measures for minutes, or needs weights or a network of others'],
  [/^node clients\/js\/soak\.js/, 'watches a node for many minutes'],
  [/^millrace-node --chain /, 'needs a relay chain; the test networks of zombienet/ have one'],
  [/^millrace-node engine bench/, 'measures this machine for minutes'],
  [/^node clients\/js\/cli\.js --url /, 'posts the demo task, as the demo does'],
  [/^(millrace|millrace-model) [a-z]+$/, 'says what a command is, and leaves out what it works on'],
  [/^millrace unclaimed ACCOUNT$|^millrace resume /, "the package's tests run it"],
];

/** Commands as they stand in blocks of shell, each on one line and without its comment. */
export const lines = (block) =>
  block
    .replace(/\\\n/g, ' ')
    .split('\n')
    .map((line) => line.replace(/(^|\s)# .*$/, '').trim())
    .filter(Boolean);

/** The blocks of shell of a document, each with the text behind it that shows what it prints. */
export const blocks = (text) =>
  [...text.matchAll(/^( *)```sh.*\n([\s\S]*?)^\1```\n(?:\1```text\n([\s\S]*?)^\1```$)?/gm)].map(([, indent, code, shown]) => ({
    commands: lines(code),
    shown: shown?.split('\n').map((line) => line.slice(indent.length)),
  }));

const INLINE =
  /`((?:sudo |ONLY='[^']*' )?(?:millrace(?:-model|-node)?|make|node|npm|npx|cargo|docker|scripts\/[\w.-]+) [a-z-][^`]*)`/g;
/** Commands within sentences. */
export const inline = (text) => [...text.replace(/^ *```[\s\S]*?^ *```$/gm, '').matchAll(INLINE)].map(([, command]) => command);

/** All commands of a document. */
export const commands = (text) => [
  ...blocks(text).flatMap((block) => block.commands.flatMap((line) => line.split('&&').map((part) => part.trim()))),
  ...inline(text),
];

/** The words of a command without what comes before its program. */
function wordsOf(command) {
  const words = command.split(/\s+/).filter((word) => !/^\w+=/.test(word));
  if (words[0] !== 'sudo') return words;
  return words.slice(words[1] === '-u' ? 3 : 1);
}

/** A file of this repository, by how its name begins. */
const isOurs = (word) => readdirSync(ROOT).some((name) => word.startsWith(`${name}/`)) && /^[\w./-]+$/.test(word);

/** What is wrong with a command; undefined if nothing is. */
export function fault(command) {
  const [program, ...words] = wordsOf(command);
  const missing = words.filter((word) => isOurs(word) && !/node_modules|dist/.test(word) && !existsSync(join(ROOT, word)));
  if (missing.length) return `there is no ${missing.join(', ')}`;
  if (Object.hasOwn(OTHERS, program)) return undefined;
  if (program.startsWith('scripts/'))
    return existsSync(join(ROOT, program)) ? takes(headOf(program), words) : 'there is no such script';
  if (!Object.hasOwn(PROGRAMS, program)) return `nobody knows the program ${program}`;
  const text = PROGRAMS[program](words);
  if (text === null) return 'there is no such command';
  return takes(text, words);
}

/** Whether a help names all options; a negative number is none. */
function takes(text, words) {
  const options = words.map((word) => word.split('=')[0]).filter((word) => /^--?[a-z]/.test(word));
  const unknown = options.filter((word) => !new RegExp(`(^|[\\s,[])${word}(?![\\w-])`, 'm').test(text));
  return unknown.length ? `it takes no ${unknown.join(', ')}` : undefined;
}
