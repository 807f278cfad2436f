#!/usr/bin/env bash
# Builds the runtime with its benchmarks, straight to wasm, without the node's dependency graph.
#
#   scripts/benchmark.sh --check   only see that it compiles
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$HOME/.cache/millrace/target}/benchmarks"
export RUSTFLAGS="--cfg substrate_runtime"
case "${1:-}" in
  --check)
    cargo check --release --quiet -p millrace-runtime --target wasm32v1-none --no-default-features --features runtime-benchmarks
    ;;
  *) echo "usage: scripts/benchmark.sh --check" >&2; exit 2 ;;
esac
