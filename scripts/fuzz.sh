#!/usr/bin/env bash
# Fuzzes what reads bytes from elsewhere: the decoder, registration, the verifier and its memory, and files to import.
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

# fuzz TARGET LONGEST [FOLDER]: the target on inputs of so many bytes at most, of which those in a folder are the first.
fuzz() {
  echo "== $1 for $seconds s"
  (
    cd "${1%/*}"
    name=${1#*/}
    mkdir -p "corpus/$name"
    cargo fuzz run --release --sanitizer none "$name" "corpus/$name" "${@:3}" -- -max_total_time="$seconds" -max_len="$2" ${3:+-len_control=0} -timeout=60 -print_final_stats=1 -verbosity=0
  )
}

for target in inference/decode inference/registration inference/traces inference/memory importer/gguf importer/safetensors; do
  fuzz "$target" 4096
done
# Graphs from the tests, in which operators, attributes and shapes are changed.
fuzz importer/graph 16384 ../tests/cases
fuzz importer/onnx 262144 ../tests/exported
