#!/usr/bin/env bash
# Makes a virtual environment, installs what requirements-test.txt pins, and checks and tests this package. Safe to run again.
#   clients/python/test.sh [ARGUMENTS OF PYTEST]
# MILLRACE_NODE is the node that the tests start. Needs python3 (3.11 or newer) with venv and pip: on Debian, python3-venv and
# python3-pip.
set -euo pipefail
cd "$(dirname "$0")"
venv="$HOME/.cache/millrace/venv"
export MILLRACE_NODE="${MILLRACE_NODE:-${CARGO_TARGET_DIR:-$HOME/.cache/millrace/target}/release/millrace-node}"
if [ ! -x "$MILLRACE_NODE" ]; then
  echo "test.sh: there is no node at $MILLRACE_NODE: build one with 'make build', or set MILLRACE_NODE" >&2
  exit 1
fi
# A half-made environment is made again.
if ! "$venv/bin/python" -m pip --version >/dev/null 2>&1; then
  rm -rf "$venv"
  python3 -m venv "$venv" || {
    echo "test.sh: python3 can't make a virtual environment: on Debian, install python3-venv and python3-pip" >&2
    exit 1
  }
fi
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement requirements-test.txt
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
"$venv/bin/ruff" format --check .
"$venv/bin/ruff" check .
"$venv/bin/mypy"
exec "$venv/bin/python" -m pytest "$@"
