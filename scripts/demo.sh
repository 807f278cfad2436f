#!/usr/bin/env bash
# The main job: a development node, one task, a report, and the explorer's page. Called by `make demo`.
#   scripts/demo.sh NODE [1]    with 1, the node is ended after the report
set -euo pipefail
node=$1
once=${2:-}
port=${RPC_PORT:-9944}
page_port=${PAGE_PORT:-4173}
log=$(mktemp -t millrace-demo.XXXXXX)
# Seconds that the node, or the page's server, may take until it answers, on a machine that has much else to do.
starting=600

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# Or the demo would talk to somebody else's node, or show somebody else's page.
need_free() { # PORT VARIABLE
  if answers "$1"; then
    echo "demo: something listens on port $1 already: end it, or set $2 to a port that is free" >&2
    exit 1
  fi
}

# Waits until a process of ours answers on its port.
await() { # NAME PID PORT LOG
  local end=$((SECONDS + starting))
  until answers "$3"; do
    if ! kill -0 "$2" 2>/dev/null; then
      echo "demo: the $1 has ended; the last lines of its log:" >&2
      tail -n 20 "$4" >&2
      exit 1
    fi
    if ((SECONDS > end)); then
      echo "demo: the $1 doesn't answer on port $3 within $starting s: look at $4" >&2
      exit 1
    fi
    sleep 0.2
  done
}

need_free "$port" RPC_PORT
[ -n "$once" ] || need_free "$page_port" PAGE_PORT
"$node" --dev --tmp --dev-block-time 2000 --rpc-port "$port" --no-hardware-benchmarks --no-prometheus --no-telemetry >"$log" 2>&1 &
pid=$!
page=""
# shellcheck disable=SC2086 # the page's is none, or one number
stop() {
  kill "$pid" $page 2>/dev/null || true
  wait "$pid" $page 2>/dev/null || true
}
trap stop EXIT
trap 'exit 130' INT TERM
echo "node       started as process $pid, log in $log"
await node "$pid" "$port" "$log"
status=0
node clients/js/cli.js --url "ws://127.0.0.1:$port" --samples 64 --at-least 0.95 || status=$?
if [ "$status" = 0 ]; then
  echo
  node clients/js/cli.js --url "ws://127.0.0.1:$port" --samples 450 --at-least 0.97 | grep -E '^(task|accuracy|settled|paid)' || status=$?
fi
if ! kill -0 "$pid" 2>/dev/null; then
  echo "demo: the node has ended; the last lines of its log:" >&2
  tail -n 20 "$log" >&2
  exit 1
fi
[ "$status" = 0 ] || { echo "demo: the task didn't come to its end; see $log" >&2; exit "$status"; }
[ -z "$once" ] || exit 0
(cd explorer && exec node_modules/.bin/vite preview --host 127.0.0.1 --port "$page_port" --strictPort) >"$log.page" 2>&1 &
page=$!
await page "$page" "$page_port" "$log.page"
echo
echo "explorer   http://127.0.0.1:$page_port/?node=ws://127.0.0.1:$port"
echo "endpoint   ws://127.0.0.1:$port"
echo "Apps       https://polkadot.js.org/apps/?rpc=ws://127.0.0.1:$port#/extrinsics"
echo "The node goes on; Ctrl-C ends it."
wait "$pid"
