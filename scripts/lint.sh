#!/usr/bin/env bash
# Clippy over the whole workspace, and over the engine and the node with their optional features; warnings are errors.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$HOME/.cache/millrace/target}"
cargo clippy --release --quiet --workspace --all-targets -- -D warnings
cargo clippy --release --quiet -p millrace-engine --features wgpu --all-targets -- -D warnings
