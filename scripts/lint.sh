#!/usr/bin/env bash
# Clippy over our own crates; warnings are errors.
#
# Only members that don't link the node's graph are checked in full: the checks of the others would compile
# some 900 crates a second time.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$HOME/.cache/millrace/target}"
cargo clippy --release --quiet -p millrace-inference --all-targets -- -D warnings
