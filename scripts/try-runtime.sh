#!/usr/bin/env bash
# Checks this runtime on the state of a real chain: runs its migrations, then recomputes every pallet's properties.
#
#   scripts/try-runtime.sh          on a development chain that settled two tasks and mined meanwhile
#   scripts/try-runtime.sh FILE     on a state from a network: `millrace-node export-state --chain … >FILE`
#
# The state comes from the runtime as nodes execute it, and the properties are computed natively by the tests' build: nothing
# is compiled for it that `make test` doesn't compile. Run it with a network's state before that network is upgraded.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$HOME/.cache/millrace/target}"
case "${1:-}" in
  -h | --help) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 0 ;;
  -*) echo "try-runtime: unknown option '$1'; see scripts/try-runtime.sh --help" >&2; exit 2 ;;
esac

if [ -n "${1:-}" ]; then
  state=$(realpath -- "$1")
else
  node="$CARGO_TARGET_DIR/release/millrace-node"
  [ -x "$node" ] || cargo build --release --workspace --bin millrace-node
  [ -d clients/js/node_modules ] || make --silent client
  work=$(mktemp -d -t millrace-state.XXXXXX)
  state=$work/state.json pid=
  stop() {
    [ -z "$pid" ] || kill "$pid" 2>/dev/null || true
    [ -z "$pid" ] || wait "$pid" || true
    pid=
  }
  trap 'stop; rm -rf "$work"' EXIT
  "$node" --dev --base-path "$work" --dev-block-time 500 --rpc-port 0 --port 0 --no-hardware-benchmarks --no-prometheus \
    --no-telemetry >"$work/log" 2>&1 &
  pid=$!
  # On a free port that the node takes itself, and tells.
  until address=$(grep -m 1 -o 'JSON-RPC server: addr=127\.0\.0\.1:[0-9]*' "$work/log" 2>/dev/null); do
    kill -0 "$pid" 2>/dev/null || { echo "try-runtime: the node has ended:" >&2; tail -n 20 "$work/log" >&2; exit 1; }
    sleep 0.2
  done
  for samples in 64 8; do
    timeout 600 node clients/js/cli.js --url "ws://${address#*=}" --samples "$samples" >"$work/client" 2>&1 ||
      { echo "try-runtime: the task didn't come to its end:" >&2; tail -n 20 "$work/client" >&2; exit 1; }
  done
  stop
  "$node" export-state --dev --base-path "$work" >"$state" 2>>"$work/log" ||
    { echo "try-runtime: no state was exported:" >&2; tail -n 20 "$work/log" >&2; exit 1; }
fi
# Not `-p`, which would choose other features and compile everything again.
STATE=$state cargo test --release --workspace --test state -- --ignored --nocapture
