#!/bin/sh
# Makes the oracles' Python environment and prints its interpreter's path. Does nothing when it is there.
#
# Debian's python3 makes environments without pip unless python3-venv is installed, so the pip outside installs.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
venv=${MCU_EVAL_CACHE:-$HOME/.cache/mcu-eval}/oracle-venv
stamp=$venv/installed.txt

if ! cmp -s "$here/requirements.txt" "$stamp"; then
  rm -rf "$venv"
  python3 -m venv --without-pip "$venv"
  python3 -m pip --python "$venv/bin/python" install --quiet --no-deps --only-binary :all: \
    --require-hashes -r "$here/requirements.txt" >&2
  cp "$here/requirements.txt" "$stamp"
fi
echo "$venv/bin/python"
