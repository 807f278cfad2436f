#!/bin/sh
# The compiler with clippy's lints as errors, for RUSTC_WORKSPACE_WRAPPER: our crates are linted as they are built.
exec clippy-driver "$@" -D warnings
