#!/usr/bin/env bash
# Writes the chain specification of a local network that starts with the runtime of the spec before this one: that of the
# last commit that had it, before the one that raised the version. So an upgrade runs this commit's migrations on what that
# runtime stored. The genesis is as this commit's node writes it; a field that the earlier runtime doesn't know stops it.
#   zombienet/scenarios/previous-spec.sh FILE
#
# The runtime is compiled as substrate-wasm-builder compiles it, in its folder, where the SDK's crates are compiled already.
set -euo pipefail
out=$(realpath "$1")
cd "$(dirname "$0")/../.."
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$HOME/.cache/millrace/target}"
now=$(sed -n 's/^ *spec_version: \([0-9]*\),/\1/p' runtime/src/lib.rs)
# Empty while a new version isn't committed yet: then HEAD has the one before.
raised=$(git log -1 --format=%H -S "spec_version: $now," -- runtime/src/lib.rs)
commit=$(git rev-parse --verify --quiet "${raised:-HEAD}${raised:+^}") || {
  echo "upgrade: the history has no commit before spec_version $now; get the whole of it: git fetch --unshallow" >&2
  exit 1
}
echo "upgrade: from the runtime of ${commit:0:12} to spec_version $now"

tree=$(mktemp -d -t millrace-previous.XXXXXX)
trap 'git worktree remove --force "$tree" 2>/dev/null || rm -rf "$tree"' EXIT
git worktree add --quiet --detach "$tree" "$commit"
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
