#!/usr/bin/env bash
# Installs what building, testing and demonstrating Millrace needs; safe to run again at any time.
#
#   scripts/setup.sh          install what is missing
#   scripts/setup.sh --check  install nothing; exit 1 and say what is missing
#   scripts/setup.sh --browser  also install the browser in which the page is tested
#
# Everything comes from the system's package registry, rustup where it works, and npm.
set -euo pipefail

check_only=0 browser=0
case "${1:-}" in
  --check) check_only=1 ;;
  --browser) browser=1 ;;
  "") ;;
  -h | --help) sed -n '2,9s/^# \{0,1\}//p' "$0"; exit 0 ;;
  *) echo "setup: unknown option '$1'; see scripts/setup.sh --help" >&2; exit 2 ;;
esac

readonly MINIMUM_RUST=1.95 # burn 0.22 and the SDK release need it
readonly MINIMUM_NODE=20.19 # Vite needs it
readonly MINIMUM_PYTHON=3.11 # what the tests of the Python client are locked to
readonly WASM_TARGET=wasm32v1-none
[ "$(id -u)" = 0 ] && as_root=() || as_root=(sudo)

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; } # at_least MINIMUM ACTUAL

# 1. Rust itself is the one thing that this script expects to find.
if ! have rustc && [ -r "$HOME/.cargo/env" ]; then
  # shellcheck disable=SC1091
  . "$HOME/.cargo/env"
fi
{ have rustc && have cargo; } || fail "no rustc and cargo on the PATH: install Rust $MINIMUM_RUST or newer with rustup or your distribution, then run this again."
rust_version=$(rustc --version | cut -d' ' -f2)
at_least "$MINIMUM_RUST" "$rust_version" || fail "rustc $rust_version is too old: Millrace needs $MINIMUM_RUST or newer (rustup update)."

# 2. System packages: protobuf for libp2p, clang and libclang for RocksDB's bindings, a C++ compiler for RocksDB and Binaryen,
# Node.js for the clients and the page, Python for another client and for the second implementation of models of rows, a browser
# for the page's tests, shellcheck for CI.
missing=()
have protoc || missing+=(protobuf-compiler)
have clang || missing+=(clang)
# bindgen looks for these two names only; libclang-cpp.so, which comes with clang, is not one of them.
compgen -G '/usr/lib/llvm-*/lib/libclang.so' >/dev/null || compgen -G '/usr/lib/llvm-*/lib/libclang-[0-9]*.so' >/dev/null ||
  compgen -G '/usr/lib/*/libclang.so' >/dev/null || missing+=(libclang-dev)
have g++ || missing+=(g++)
have make || missing+=(make)
have cmake || missing+=(cmake)
have pkg-config || missing+=(pkg-config)
have git || missing+=(git)
have curl || missing+=(curl ca-certificates)
[ -e /usr/include/openssl/ssl.h ] || missing+=(libssl-dev)
if ! have node || ! at_least "$MINIMUM_NODE" "$(node --version | tr -d v)"; then missing+=(nodejs); fi
have npm || missing+=(npm)
have shellcheck || missing+=(shellcheck)
have python3 && python3 -c 'import venv, ensurepip' 2>/dev/null || missing+=(python3 python3-venv python3-pip)
[ "$browser" = 0 ] || have "${CHROMIUM:-chromium-headless-shell}" || have chromium || missing+=(chromium-headless-shell)

if [ "${#missing[@]}" -gt 0 ]; then
  [ "$check_only" = 0 ] || fail "missing packages: ${missing[*]}. Run scripts/setup.sh."
  have apt-get || fail "missing: ${missing[*]}. Install them with your package manager (this script knows only apt-get), then run this again."
  say "installing ${missing[*]}"
  "${as_root[@]}" apt-get update -qq || fail "'apt-get update' failed: check the network and /etc/apt/sources.list*."
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
    fail "'apt-get install ${missing[*]}' failed: run it by hand to see why."
fi
python_version=$(python3 -c 'import platform; print(platform.python_version())')
at_least "$MINIMUM_PYTHON" "$python_version" || fail "Python $python_version is too old: the Python client's tests need $MINIMUM_PYTHON or newer."
at_least "$MINIMUM_NODE" "$(node --version | tr -d v)" || fail "Node.js $(node --version) is too old: the client needs $MINIMUM_NODE or newer."

# 3. The runtime's compilation target.
sysroot=$(rustc --print sysroot)
target_lib="$sysroot/lib/rustlib/$WASM_TARGET/lib"
has_target() { compgen -G "$target_lib/libcore-*.rlib" >/dev/null; }

# Builds the target's libraries from the distribution's copy of the same compiler's sources.
target_from_debian_sources() {
  have apt-get || return 1
  local work mirror suite version deb
  work=$(mktemp -d)
  trap 'rm -rf "$work"' RETURN
  # shellcheck disable=SC2016 # apt-get fills it in
  mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 2>/dev/null | grep -v security | head -n 1)
  [ -n "$mirror" ] || return 1
  # A private apt directory: the system's own sources and pins stay as they are.
  mkdir -p "$work/lists/partial" "$work/cache/archives/partial" "$work/parts"
  for suite in trixie-backports bookworm-backports trixie forky sid; do
    printf 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] %s %s main\n' "$mirror" "$suite"
  done >"$work/sources.list"
  local apt=(-o "Dir::Etc::SourceList=$work/sources.list" -o "Dir::Etc::SourceParts=$work/parts" -o "Dir::Etc::PreferencesParts=$work/parts"
    -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache" -o "APT::Sandbox::User=root" -o "APT::Get::List-Cleanup=0")
  apt-get "${apt[@]}" update -qq 2>/dev/null || true
  version=$(apt-cache "${apt[@]}" madison rust-src 2>/dev/null | awk -F'|' '{gsub(/ /,"",$2); print $2}' | grep -E "^${rust_version//./\\.}\+dfsg" | head -n 1)
  [ -n "$version" ] || { say "Debian has no rust-src of version $rust_version"; return 1; }
  say "building $WASM_TARGET from Debian's rust-src $version"
  (cd "$work" && apt-get "${apt[@]}" download -qq "rust-src=$version") || return 1
  deb=$(ls "$work"/rust-src_*.deb)
  dpkg-deb -x "$deb" "$work/src"
  local source="$sysroot/lib/rustlib/src/rust"
  if [ ! -e "$source/library" ]; then
    mkdir -p "$source"
    cp -rL "$work/src/usr/src/rustc-$rust_version/library" "$source/library"
  fi
  mkdir -p "$work/empty/src"
  printf '[package]\nname = "empty"\nversion = "0.0.0"\nedition = "2021"\n[workspace]\n' >"$work/empty/Cargo.toml"
  printf '#![no_std]\n' >"$work/empty/src/lib.rs"
  # With bitcode in the libraries, or the runtime's link-time optimisation can't read them.
  (cd "$work/empty" && CARGO_TARGET_DIR="$work/target" RUSTFLAGS=-Cembed-bitcode=yes RUSTC_BOOTSTRAP=1 cargo build --quiet --release \
    --target "$WASM_TARGET" -Z build-std=core,alloc,compiler_builtins -Zbuild-std-features=compiler-builtins-mem) || return 1
  mkdir -p "$target_lib"
  cp "$work/target/$WASM_TARGET"/release/deps/lib{core,alloc,compiler_builtins}-*.rlib "$target_lib/"
}

if ! has_target; then
  [ "$check_only" = 0 ] || fail "the Rust target $WASM_TARGET is missing. Run scripts/setup.sh."
  say "installing the Rust target $WASM_TARGET"
  if have rustup && timeout 300 rustup target add "$WASM_TARGET" >/dev/null 2>&1 && has_target; then
    say "rustup installed $WASM_TARGET"
  else
    { target_from_debian_sources && has_target; } ||
      fail "can't install $WASM_TARGET: rustup can't reach its server and Debian's rust-src of rustc $rust_version couldn't be built. Run 'rustup target add $WASM_TARGET' on a machine that has access."
  fi
fi

say "ready: rustc $rust_version with $WASM_TARGET, $(protoc --version), $(clang --version | head -n 1), Node.js $(node --version)"
