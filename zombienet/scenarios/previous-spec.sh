#!/usr/bin/env bash
# Writes the chain specification of a local network that starts with the runtime of this commit under an earlier
# spec_version.
#   zombienet/scenarios/previous-spec.sh FILE
#
# No chain is public, so what is stored may change from one commit to the next without a migration, and an upgrade from the
# runtime of an earlier commit would find records that it can't read. Once there is a chain to keep, this is the runtime that
# it runs.
#
# The runtime is compiled as substrate-wasm-builder compiles it, in its folder, where the SDK's crates are compiled already.
set -euo pipefail
out=$(realpath "$1")
cd "$(dirname "$0")/../.."
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$HOME/.cache/millrace/target}"
now=$(sed -n 's/^ *spec_version: \([0-9]*\),/\1/p' runtime/src/lib.rs)
[ "${now:-0}" -gt 1 ] || { echo "upgrade: runtime/src/lib.rs has no spec_version above 1" >&2; exit 1; }
echo "upgrade: from spec_version $((now - 1)) to $now"

tree=$(mktemp -d -t millrace-previous.XXXXXX)
trap 'git worktree remove --force "$tree" 2>/dev/null || rm -rf "$tree"' EXIT
git worktree add --quiet --detach "$tree" HEAD
sed -i "s/^\( *spec_version: \)$now,/\1$((now - 1)),/" "$tree/runtime/src/lib.rs"
built="$CARGO_TARGET_DIR/release/wbuild/previous"
(cd "$tree" && CARGO_TARGET_DIR="$built" CARGO_PROFILE_RELEASE_LTO=thin \
  RUSTFLAGS="-C link-arg=--export-table -C link-arg=--import-memory -C link-arg=--export=__heap_base --cfg substrate_runtime" \
  cargo rustc --quiet --locked --release -p millrace-runtime --no-default-features --lib --crate-type cdylib --target wasm32v1-none)
"$CARGO_TARGET_DIR/release/millrace-node" export-chain-spec --chain local >"$out.new"
node -e '
  const [spec, wasm] = process.argv.slice(1);
  const fs = require("fs");
  const json = JSON.parse(fs.readFileSync(spec));
  json.genesis.runtimeGenesis.code = "0x" + fs.readFileSync(wasm).toString("hex");
  fs.writeFileSync(spec, JSON.stringify(json, null, 2));
' "$out.new" "$built/wasm32v1-none/release/millrace_runtime.wasm"
mv "$out.new" "$out"
