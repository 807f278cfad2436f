#!/usr/bin/env bash
# Measures the weights of our pallets on this machine and writes them to pallets/*/src/weights.rs.
#
#   scripts/benchmark.sh [PALLET…]  measure all pallets, or those named by their folder
#   scripts/benchmark.sh --check    run every benchmark once and write nothing: do they all still work?
#   scripts/benchmark.sh --verification   print what verification takes against executing again, in wasm
#
# Each runs inside the wasm runtime as a node runs it, with a runtime built for it apart from the node's.
# Measuring takes about ten minutes; leave the machine alone meanwhile.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$HOME/.cache/millrace/target}"
readonly TARGET=wasm32v1-none

mode=measure options=(--steps 20 --repeat 10)
case "${1:-}" in
  --check) mode=check options=(--steps 2 --repeat 1 --min-duration 0 --no-verify); shift ;;
  --verification) mode=verification; shift ;;
  -h | --help) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
  -*) echo "benchmark: unknown option '$1'; see scripts/benchmark.sh --help" >&2; exit 2 ;;
esac
pallets=("$@")
[ "${#pallets[@]}" -gt 0 ] || mapfile -t pallets < <(cd pallets && printf '%s\n' */src/benchmarking.rs | cut -d/ -f1)
for pallet in "${pallets[@]}"; do
  [ -f "pallets/$pallet/src/benchmarking.rs" ] || { echo "benchmark: there is no pallets/$pallet/src/benchmarking.rs" >&2; exit 2; }
done

node="$CARGO_TARGET_DIR/release/millrace-node"
[ -x "$node" ] || cargo build --release --workspace --bin millrace-node

# As substrate-wasm-builder builds a runtime; its workspace doesn't inherit our crates' checks either.
CARGO_PROFILE_RELEASE_LTO=thin \
  RUSTFLAGS="-C link-arg=--export-table -C link-arg=--import-memory -C link-arg=--export=__heap_base --cfg substrate_runtime -C overflow-checks=off -C debug-assertions=off" \
  cargo rustc --quiet -p millrace-runtime --lib --crate-type cdylib --release --target "$TARGET" \
  --no-default-features --features runtime-benchmarks
runtime="$CARGO_TARGET_DIR/$TARGET/release/millrace_runtime.wasm"

log=$(mktemp)
trap 'rm -f "$log"' EXIT
run() { # run PALLET OPTION…
  "$node" benchmark pallet --runtime "$runtime" --genesis-builder none --pallet "pallet_${1//-/_}" "${@:2}" >"$log" 2>&1 ||
    { tail -n 20 "$log" >&2; echo "benchmark: pallet-$1 failed" >&2; exit 1; }
}

if [ "$mode" = verification ]; then
  json=$(mktemp)
  run proof-of-work --extra --extrinsic compare_verify,compare_execute --steps 12 --repeat 5 --no-verify --json-file "$json"
  node scripts/verification.mjs "$json"
  rm -f "$json"
  exit 0
fi
for pallet in "${pallets[@]}"; do
  echo "benchmark: pallet-$pallet"
  output=()
  [ "$mode" = check ] || output=(--template scripts/weights.hbs --output "pallets/$pallet/src/weights.rs")
  run "$pallet" --extrinsic '*' "${options[@]}" "${output[@]}"
done
[ "$mode" = check ] || cargo fmt --all
