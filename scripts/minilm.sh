#!/usr/bin/env bash
# all-MiniLM-L6-v2 beside onnxruntime, float and dynamic int8: imports it and compares.
#
#   scripts/minilm.sh nearness            how near embeddings of held-out texts come to the float model's; exits with 1 if a bar is missed
#   scripts/minilm.sh speed [OPTION…]     sentences and MAC a second, memory, share of hashing; --seconds 3 --threads 2 --json FILE
#
# Downloads 84 MB of weights and Python's packages once, into ~/.cache/millrace. Leave the machine alone while speed measures.
set -euo pipefail
cd "$(dirname "$0")/.."
case "${1:-}" in
  nearness | speed) ;;
  *) sed -n '2,7s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac

target="${CARGO_TARGET_DIR:-$HOME/.cache/millrace/pure}"
venv="$HOME/.cache/millrace/venv-bench"
source=$(scripts/test-models.sh --minilm)
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement engine/bench/requirements.txt
cargo build --release -p millrace-importer --features text --target-dir "$target" --bin millrace-model
if [ "$1" = speed ]; then
  cargo build --release --manifest-path engine/bench/Cargo.toml --target-dir "$target-bench" --bin rows
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$target/release/millrace-model" import "$source" -o "$work/minilm.millrace" >"$work/import.log" || { cat "$work/import.log" >&2; exit 1; }
"$venv/bin/python" engine/bench/minilm.py "$@" --source "$source" --model "$work/minilm.millrace" \
  --millrace "$target/release/millrace-model" --rows "$target-bench/release/rows"
