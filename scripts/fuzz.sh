#!/usr/bin/env bash
# Fuzzes the decoder, the checks of registration, the verifier and its memory.
#
#   scripts/fuzz.sh [SECONDS]   each target for so long (default 600); ends non-zero at the first finding
#
# Needs cargo-fuzz (cargo install cargo-fuzz --locked). Coverage instrumentation is unstable Rust, which
# RUSTC_BOOTSTRAP allows a stable compiler.
set -euo pipefail
cd "$(dirname "$0")/../inference"
seconds=${1:-600}
command -v cargo-fuzz >/dev/null || { echo "fuzz: cargo-fuzz is missing: cargo install cargo-fuzz --locked" >&2; exit 1; }
export RUSTC_BOOTSTRAP=1
for target in decode registration traces memory; do
  echo "== $target for $seconds s"
  cargo fuzz run --release --sanitizer none "$target" -- -max_total_time="$seconds" -max_len=4096 -print_final_stats=1 -verbosity=0
done
