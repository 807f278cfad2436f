#!/usr/bin/env bash
# Writes the chain specification of a local network that starts with the newest earlier runtime: the one of the last commit
# whose spec_version is lower than the working tree's.
#   zombienet/scenarios/previous-spec.sh FILE
#
# The runtime is compiled as substrate-wasm-builder compiles it, in its folder, where the SDK's crates are compiled already.
set -euo pipefail
out=$(realpath "$1")
cd "$(dirname "$0")/../.."
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$HOME/.cache/millrace/target}"
version() { sed -n 's/^ *spec_version: \([0-9]*\),/\1/p'; }
now=$(version <runtime/src/lib.rs)
for commit in $(git log --format=%H -- runtime/src/lib.rs); do
  then=$(git show "$commit:runtime/src/lib.rs" | version)
  if [ -n "$then" ] && [ "$then" -lt "$now" ]; then previous=$commit; break; fi
done
[ -n "${previous:-}" ] || { echo "upgrade: no commit has a runtime before spec_version $now; raise it in runtime/src/lib.rs" >&2; exit 1; }
# The newest commit that still has that version, since later ones may have changed the runtime without raising it.
while next=$(git rev-list --reverse --ancestry-path "$previous..HEAD" | head -1) && [ -n "$next" ] &&
  [ "$(git show "$next:runtime/src/lib.rs" | version)" = "$then" ]; do previous=$next; done
echo "upgrade: from spec_version $then (commit $(git rev-parse --short "$previous")) to $now"

tree=$(mktemp -d -t millrace-previous.XXXXXX)
trap 'git worktree remove --force "$tree" 2>/dev/null || rm -rf "$tree"' EXIT
git worktree add --quiet --detach "$tree" "$previous"
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
