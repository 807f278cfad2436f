#!/usr/bin/env bash
# Chain specifications, made from the runtime's presets by the node.
#
#   scripts/chain-specs.sh            write chain-specs/{dev,local}.json again, without the runtime's code
#   scripts/chain-specs.sh --check    fail if they aren't what the node makes
#   scripts/chain-specs.sh --register SPEC DIR
#                                     write what registering a parachain needs into DIR: the specification with its
#                                     code, raw, and the first block's head and wasm
#
# The node is the one that `make build` makes, or the one that MILLRACE_NODE names.
set -euo pipefail
cd "$(dirname "$0")/.."
node="${MILLRACE_NODE:-${CARGO_TARGET_DIR:-$HOME/.cache/millrace/target}/release/millrace-node}"
[ -x "$node" ] || { echo "chain-specs: $node is missing; run 'make build'" >&2; exit 1; }

# The code is left out of the committed files: it is the node's, megabytes long, and another at each commit. It is cut
# out and put back as text, because JavaScript's numbers would round balances.
plain() {
  "$node" export-chain-spec --chain "$1" 2>/dev/null | node -e '
    const text = require("fs").readFileSync(0, "utf8");
    process.stdout.write(text.replace(/\n\s*"code": "0x[0-9a-f]*",?/, ""));'
}
with_code() { # with_code SPEC
  # shellcheck disable=SC2016 # the second program is JavaScript
  "$node" export-chain-spec --chain local 2>/dev/null | node -e '
    const fs = require("fs");
    const [code] = fs.readFileSync(0, "utf8").match(/"code": "0x[0-9a-f]*"/);
    process.stdout.write(fs.readFileSync(process.argv[1], "utf8").replace(/"runtimeGenesis": *\{/, (at) => `${at}${code},`));' "$1"
}

case "${1:-}" in
  "") for chain in dev local; do plain "$chain" >"chain-specs/$chain.json"; done ;;
  --check)
    for chain in dev local; do
      plain "$chain" | diff -u "chain-specs/$chain.json" - >&2 ||
        { echo "chain-specs: chain-specs/$chain.json is out of date; run scripts/chain-specs.sh" >&2; exit 1; }
    done ;;
  --register)
    spec=${2:?which specification?} dir=${3:?into which folder?}
    mkdir -p "$dir"
    case "$spec" in
      dev | local) "$node" export-chain-spec --chain "$spec" --raw >"$dir/raw.json" ;;
      *)
        with_code "$spec" >"$dir/plain.json"
        "$node" export-chain-spec --chain "$dir/plain.json" --raw >"$dir/raw.json" ;;
    esac
    "$node" export-genesis-head --chain "$dir/raw.json" >"$dir/genesis-head"
    "$node" export-genesis-wasm --chain "$dir/raw.json" >"$dir/genesis-wasm"
    echo "chain-specs: raw.json, genesis-head and genesis-wasm are in $dir" ;;
  -h | --help) sed -n '2,10s/^# \{0,1\}//p' "$0" ;;
  *) echo "chain-specs: unknown option '$1'; see scripts/chain-specs.sh --help" >&2; exit 2 ;;
esac
