#!/usr/bin/env bash
# all-MiniLM-L6-v2 beside onnxruntime, float and int8: imports it and compares.
#
#   scripts/minilm.sh nearness            how near embeddings of held-out texts come to the float model's; exits with 1 if a bar is missed
#   scripts/minilm.sh speed [OPTION…]     times, MAC a second, memory and share of hashing, and those of networks for images and of
#                                         language models; --seconds 2 --rounds 3 --threads 2 --only minilm --smollm FILE.millrace
#
# Downloads 84 MB of weights and Python's packages once, into ~/.cache/millrace. Leave the machine alone while speed measures.
set -euo pipefail
cd "$(dirname "$0")/.."
case "${1:-}" in
  nearness | speed) what=$1; shift ;;
  *) sed -n '2,8s/^# \{0,1\}//p' "$0" >&2; exit 2 ;;
esac

target="${CARGO_TARGET_DIR:-$HOME/.cache/millrace/pure}"
venv="$HOME/.cache/millrace/venv-bench"
source=$(scripts/test-models.sh --minilm)
[ -x "$venv/bin/python" ] || python3 -m venv "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement engine/bench/requirements.txt
cargo build --release -p millrace-importer --features text --target-dir "$target" --bin millrace-model

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$target/release/millrace-model" import "$source" -o "$work/minilm.millrace" >"$work/import.log" || { cat "$work/import.log" >&2; exit 1; }
if [ "$what" = nearness ]; then
  "$venv/bin/python" engine/bench/minilm.py "$@" --source "$source" --model "$work/minilm.millrace" \
    --millrace "$target/release/millrace-model"
else
  cargo build --release --manifest-path engine/bench/Cargo.toml --target-dir "$target-bench" --bin rows
  "$venv/bin/python" engine/bench/rows.py "$@" --source "$source" --model "$work/minilm.millrace" \
    --rows "$target-bench/release/rows"
fi
