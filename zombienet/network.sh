#!/usr/bin/env bash
# Builds what a test network needs and starts one with zombienet; Ctrl-C ends it and removes its data.
#
#   zombienet/network.sh [FILE]     start the network of FILE (default zombienet/local.toml)
#   zombienet/network.sh --build    build and install only
#
# Everything is built from the crate registry: the node, the relay chain's programs and runtime, and zombie-cli.
# ZOMBIENET_DIR names the folder of the nodes' data and logs; it is kept when it is given. ZOMBIENET_VERIFIER=none keeps
# the network up when a node ends.
set -euo pipefail
cd "$(dirname "$0")"
readonly ZOMBIE_VERSION=0.7.1
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$HOME/.cache/millrace/target}"
tools="$(dirname "$CARGO_TARGET_DIR")/zombienet" # apart from the workspace's graph
programs="$CARGO_TARGET_DIR/release"
export ROCOCO_WASM="$tools/target/wasm32v1-none/release/millrace_rococo.wasm"
fail() { printf 'zombienet: %s\n' "$*" >&2; exit 1; }

mode=spawn
case "${1:-}" in
  --build) mode=build; shift ;;
  -h | --help) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
  -*) echo "zombienet: unknown option '$1'; see zombienet/network.sh --help" >&2; exit 2 ;;
esac
{ file=$(realpath "${1:-local.toml}") && [ -r "$file" ]; } || fail "there is no network file '${1:-local.toml}'."

if [ -z "${ZOMBIENET_SKIP_BUILD:-}" ]; then
  (cd .. && cargo build --release --workspace --bins)
  # As substrate-wasm-builder builds a runtime, without its compression, which a local network doesn't need.
  (cd rococo && CARGO_TARGET_DIR="$tools/target" CARGO_PROFILE_RELEASE_LTO=thin \
    RUSTFLAGS="-C link-arg=--export-table -C link-arg=--import-memory -C link-arg=--export=__heap_base --cfg substrate_runtime" \
    cargo rustc --locked --release --lib --crate-type cdylib --target wasm32v1-none)
  if ! "$tools/bin/zombie-cli" --version 2>/dev/null | grep -qF "$ZOMBIE_VERSION"; then
    echo "zombienet: installing zombie-cli $ZOMBIE_VERSION, about a quarter of an hour"
    CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_TARGET_DIR="$tools/target" \
      cargo install zombie-cli --version "$ZOMBIE_VERSION" --locked --root "$tools"
  fi
fi
for program in polkadot polkadot-execute-worker polkadot-prepare-worker millrace-node; do
  [ -x "$programs/$program" ] || fail "$programs/$program is missing: run zombienet/network.sh --build."
done
[ -r "$ROCOCO_WASM" ] || fail "$ROCOCO_WASM is missing: run zombienet/network.sh --build."
[ -x "$tools/bin/zombie-cli" ] || fail "zombie-cli is missing: run zombienet/network.sh --build."
[ "$mode" = spawn ] || exit 0

# A network that has just ended leaves its ports in the state TIME_WAIT (06) for a minute; zombie-cli fails on them.
closing() { grep -qiE "^ *[0-9]+: [0-9A-F]+:$(printf %04X "$1") [^ ]+ 06 " /proc/net/tcp /proc/net/tcp6 2>/dev/null; }
mapfile -t ports < <(sed -n 's/^rpc_port *= *//p' "$file")
for port in "${ports[@]}"; do
  ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null || fail "port $port is in use: end the process that listens on it."
  waited=0
  while closing "$port"; do
    [ $((waited++)) -gt 0 ] || echo "zombienet: port $port is still closing, which takes up to a minute"
    sleep 1
  done
done
data=${ZOMBIENET_DIR:-$(mktemp -d -t millrace-net.XXXXXX)}
mkdir -p "$data"
echo "zombienet: starting $(basename "$file"), data and logs in $data"
# In a session of its own, which its nodes share: stop() ends them all at once. zombie-cli itself would ignore Ctrl-C,
# as whatever a script starts in the background does.
PATH="$PWD:$programs:$PATH" setsid "$tools/bin/zombie-cli" spawn -p native -d "$data" --node-verifier "${ZOMBIENET_VERIFIER:-metric}" "$file" &
pid=$!
stop() {
  kill -TERM -- "-$pid" 2>/dev/null || true
  for _ in {1..20}; do
    kill -0 -- "-$pid" 2>/dev/null || break
    sleep 0.5
  done
  kill -KILL -- "-$pid" 2>/dev/null || true
  wait "$pid" 2>/dev/null || true
  [ -n "${ZOMBIENET_DIR:-}" ] || rm -rf "$data"
}
trap stop EXIT
trap 'exit 130' INT TERM HUP
if [ "$(basename "$file")" = local.toml ]; then
  echo "zombienet: collators at ws://127.0.0.1:9944 and :9945, miners at :9946 and :9947, relay chain at ws://127.0.0.1:9900"
  echo "zombienet: Apps https://polkadot.js.org/apps/?rpc=ws://127.0.0.1:9944#/extrinsics (it answers once the parachain makes blocks)"
  echo "zombienet: post a task with: node clients/js/cli.js --url ws://127.0.0.1:9944"
fi
wait "$pid"
