#!/usr/bin/env bash
# Documents a crate with warnings as errors, for RUSTDOC with `cargo test --doc`: cargo calls it with the libraries that the
# tests link, where `cargo doc` would check the 1,500 crates below ours once more. What only tests need is left out.
set -euo pipefail
arguments=()
is_test=
while [ $# -gt 0 ]; do
  case "$1" in
    --test) is_test=1 ;;
    --test-run-directory | --test-runtool | --test-runtool-arg | --test-args) shift ;;
    --test-run-directory=* | --test-runtool=* | --test-runtool-arg=* | --test-args=* | --no-run | --nocapture) ;;
    *) arguments+=("$1") ;;
  esac
  shift
done
[ -n "$is_test" ] || exec rustdoc "${arguments[@]}" # cargo asks for its version
# A link that says where it leads is as good as a short one.
exec rustdoc "${arguments[@]}" --document-private-items -D warnings -A rustdoc::redundant-explicit-links --out-dir "$CARGO_TARGET_DIR/doc"
