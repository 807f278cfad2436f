#!/usr/bin/env bash
# Fuzzes what reads bytes from elsewhere: the decoder, registration, the verifier and its memory, and files of weights.
#
#   scripts/fuzz.sh [SECONDS]   each target for so long (default 600); ends non-zero at the first finding
#
# Needs cargo-fuzz (cargo install cargo-fuzz --locked). Coverage instrumentation is unstable Rust, which
# RUSTC_BOOTSTRAP allows a stable compiler.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-600}
command -v cargo-fuzz >/dev/null || { echo "fuzz: cargo-fuzz is missing: cargo install cargo-fuzz --locked" >&2; exit 1; }
export RUSTC_BOOTSTRAP=1
for target in inference/decode inference/registration inference/traces inference/memory importer/gguf importer/onnx importer/safetensors; do
  echo "== $target for $seconds s"
  (cd "${target%/*}" && cargo fuzz run --release --sanitizer none "${target#*/}" -- -max_total_time="$seconds" -max_len=4096 -print_final_stats=1 -verbosity=0)
done
