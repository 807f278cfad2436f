// The checks of this folder on small trees that are made for them.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';

import { errors } from '../errors.mjs';
import { problems } from '../layers.mjs';

const PACKAGES = {
  inference: 'i',
  primitives: 'p',
  engine: 'e',
  importer: 'm',
  'pallets/a': 'a',
  'pallets/b': 'b',
  runtime: 'r',
  node: 'n',
};

/** A tree of crates with these files, for as long as `check` runs. */
function within(files, check) {
  const root = mkdtempSync(join(tmpdir(), 'millrace-checks-'));
  const manifests = Object.entries(PACKAGES).map(([folder, name]) => [`${folder}/Cargo.toml`, `[package]\nname = "${name}"\n`]);
  try {
    for (const [file, text] of [...manifests, ...Object.entries(files)]) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    }
    return check(root);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const found = (files) => within(files, problems);
const inference = (files) =>
  found(Object.fromEntries(Object.entries(files).map(([file, text]) => [`inference/src/${file}`, text])));

describe('layers', () => {
  it('accepts arrows that point down', () => {
    const manifest = '[package]\nname = "n"\n[dependencies]\nr.workspace = true\n[dev-dependencies]\na = { path = "" }\n';
    assert.deepEqual(found({ 'node/Cargo.toml': manifest }), []);
  });

  it('names arrows that point up, and those between pallets', () => {
    const manifest = (name) =>
      `[package]\nname = "${name}"\n[dependencies]\nb.workspace = true\n[dependencies.r]\nversion = "1"\n`;
    assert.deepEqual(found({ 'pallets/a/Cargo.toml': manifest('a') }), [
      'an arrow points up: pallets/a depends on pallets/b',
      'an arrow points up: pallets/a depends on runtime',
    ]);
  });

  it('finds a circle behind re-exports, braces and renames', () => {
    assert.deepEqual(
      inference({
        'lib.rs': 'mod a; mod b; mod c; pub use a::A; pub use c::*;',
        'a.rs': 'use crate::{b::{B as Other, self}, C};\npub struct A(Other);',
        'b.rs': 'pub struct B(C); use super::C;',
        'c.rs': 'pub struct C; pub fn f() -> crate::A { todo!() }',
      }),
      [
        'a circle: inference/src/a.rs → inference/src/c.rs → inference/src/a.rs',
        'a circle: inference/src/b.rs → inference/src/c.rs → inference/src/a.rs → inference/src/b.rs',
      ],
    );
  });

  it('leaves out tests, comments and strings', () => {
    assert.deepEqual(
      inference({
        'lib.rs': 'mod a; mod b; #[cfg(test)] mod tests;',
        'a.rs':
          "pub struct A<'a>(&'a str);\n#[cfg(test)]\nuse crate::{b::{B}};\n#[cfg(test)]\nmod tests { use crate::b::B; use sp_core::testing::X; }",
        'b.rs':
          '// use crate::b::x\nconst S: &str = "crate::b::B \\" {"; const C: char = \'"\';\nuse crate::a::A; /* /* */ crate::b::B */ pub struct B;',
        'tests.rs': 'use crate::{a::A, b::B, testing::T};',
      }),
      [],
    );
  });

  it('lets the files of a pallet implement what its root declares, but not turn in circles', () => {
    assert.deepEqual(
      found({
        'pallets/a/src/lib.rs':
          'mod calls; mod queue; pub use pallet::*; pub mod pallet { pub struct Pallet; fn f() { super::calls::f() } }',
        'pallets/a/src/calls.rs': 'use crate::{queue::Q, Pallet}; pub struct C;',
        'pallets/a/src/queue.rs': 'pub struct Q(crate::calls::C);',
      }),
      ['a circle: pallets/a/src/calls.rs → pallets/a/src/queue.rs → pallets/a/src/calls.rs'],
    );
  });

  it('names production code that takes something from a module for tests', () => {
    assert.deepEqual(
      inference({ 'lib.rs': 'pub mod testing; mod a;', 'testing.rs': 'pub fn f() {}', 'a.rs': 'use crate::testing::f;' }),
      ['production code uses a module for tests: inference/src/a.rs takes crate::testing::f'],
    );
  });
});

describe('errors', () => {
  it('lists the tests of each error, and keeps errors of the same name apart', () => {
    const pallet = '#[pallet::error]\npub enum Error<T> {\n  /// Gone, or not.\n  NotFound,\n  Late,\n}';
    const lists = within(
      {
        'pallets/a/src/lib.rs': pallet,
        'pallets/b/src/lib.rs': pallet,
        'pallets/a/src/tests/post.rs': '// Error::<Test>::Late\nassert_noop!(post(), Error::<Test>::NotFound);',
        'runtime/tests/x.rs':
          'use pallet_b::{Error as BError};\nf(BError::<Runtime>::Late);\nf(pallet_b::Error::<Runtime>::NotFound); f(Error::Late);',
      },
      errors,
    );
    assert.deepEqual(Object.fromEntries(lists), {
      'pallet_a::NotFound': ['pallets/a/src/tests/post.rs:2'],
      'pallet_a::Late': [],
      'pallet_b::NotFound': ['runtime/tests/x.rs:3'],
      'pallet_b::Late': ['runtime/tests/x.rs:2'],
    });
  });
});
