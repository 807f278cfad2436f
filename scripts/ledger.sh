#!/usr/bin/env bash
# Builds the runtime with the hash of its metadata, as releases have it, and signs with that hash, as hardware wallets do.
#
#   scripts/ledger.sh      the first time it compiles what computes the hash: tens of minutes on two cores
#
# The node isn't built again: a development chain's specification gets the other runtime. What is compiled lies in a folder of
# its own, because the blob's place in a build folder is the same with the hash and without it.
set -euo pipefail
cd "$(dirname "$0")/.."
target="${CARGO_TARGET_DIR:-$HOME/.cache/millrace/target}"
case "${1:-}" in
  "") ;;
  -h | --help) sed -n '2,7s/^# \{0,1\}//p' "$0"; exit 0 ;;
  *) echo "ledger: unknown option '$1'; see scripts/ledger.sh --help" >&2; exit 2 ;;
esac

node="${MILLRACE_NODE:-$target/release/millrace-node}"
[ -x "$node" ] || { echo "ledger: $node is missing; run 'make build'" >&2; exit 1; }
built="$(dirname "$target")/ledger"
# The blob is made by the build script, so that the native runtime needn't be more than checked.
cargo check --release -p millrace-runtime --features metadata-hash --target-dir "$built"
blob="$built/release/wbuild/millrace-runtime/millrace_runtime.compact.compressed.wasm"

work=$(mktemp -d -t millrace-ledger.XXXXXX)
trap 'rm -rf "$work"' EXIT
# The code is exchanged as text, because JavaScript's numbers would round balances.
# shellcheck disable=SC2016 # the program is JavaScript
"$node" export-chain-spec --chain dev 2>/dev/null | node -e '
  const fs = require("fs");
  const code = `"code": "0x${fs.readFileSync(process.argv[1]).toString("hex")}"`;
  const spec = fs.readFileSync(0, "utf8");
  if (!/"code": "0x[0-9a-f]*"/.test(spec)) throw new Error("the specification has no code to exchange");
  process.stdout.write(spec.replace(/"code": "0x[0-9a-f]*"/, () => code));' "$blob" >"$work/chain.json"

[ -d clients/js/node_modules/@polkadot-api/merkleize-metadata ] || make --silent client
MILLRACE_NODE=$node MILLRACE_CHAIN=$work/chain.json node --test --test-reporter=spec clients/js/test/ledger.js
