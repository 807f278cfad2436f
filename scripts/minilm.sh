#!/usr/bin/env bash
# all-MiniLM-L6-v2 beside onnxruntime's dynamic int8: imports it, and prints how near the embeddings of held-out texts come to the
# float model's. Exits with 1 if they are farther than they may be, or than onnxruntime's.
#
# Downloads 84 MB of weights and Python's packages once, into ~/.cache/millrace.
set -euo pipefail
cd "$(dirname "$0")/.."

target="${CARGO_TARGET_DIR:-$HOME/.cache/millrace/pure}"
venv="$HOME/.cache/millrace/venv-bench"
source=$(scripts/test-models.sh --minilm)
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement engine/bench/requirements.txt
cargo build --release -p millrace-importer --features text --target-dir "$target" --bin millrace-model

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$target/release/millrace-model" import "$source" -o "$work/minilm.millrace" >"$work/import.log" || { cat "$work/import.log" >&2; exit 1; }
"$venv/bin/python" engine/bench/minilm.py --source "$source" --model "$work/minilm.millrace" \
  --millrace "$target/release/millrace-model"
