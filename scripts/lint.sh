#!/usr/bin/env bash
# Builds the workspace and its tests with clippy as the compiler, warnings being errors, and checks the engine with its
# optional features. `cargo clippy` says the same, but checks the 1,500 crates that we link once more.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$HOME/.cache/millrace/target}"
export RUSTC_WORKSPACE_WRAPPER="$PWD/scripts/clippy.sh"
cargo build --release --workspace --bins
cargo test --release --workspace --no-run
unset RUSTC_WORKSPACE_WRAPPER
cargo clippy --release --quiet -p millrace-engine --features wgpu --all-targets -- -D warnings
