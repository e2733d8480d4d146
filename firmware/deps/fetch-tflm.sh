#!/bin/sh
# Prints the folder of TFLM's sources (the one that holds tensorflow/), fetching
# and checking the pinned crate if it is not there yet.
#
# The crate is only unpacked by cargo; no Rust is compiled. TFLM_DIR names a
# folder to use instead, unchecked.
set -eu

crate=tfmicro-0.1.0
sha256=b2da8beabd85d11badfc2d603a31c9fb468702cda5fc034ac872fbaf43544e94

fail() {
  echo "fetch-tflm: $1" >&2
  exit 1
}

if [ -n "${TFLM_DIR:-}" ]; then
  [ -d "$TFLM_DIR/tensorflow/lite/micro" ] ||
    fail "TFLM_DIR=$TFLM_DIR holds no tensorflow/lite/micro"
  echo "$TFLM_DIR"
  exit 0
fi

here=$(cd "$(dirname "$0")" && pwd)
registry=${CARGO_HOME:-$HOME/.cargo}/registry

archive() { ls "$registry"/cache/*/"$crate.crate" 2>/dev/null | head -n 1; }
sources() { ls -d "$registry"/src/*/"$crate" 2>/dev/null | head -n 1; }

if [ -z "$(archive)" ] || [ -z "$(sources)" ]; then
  command -v cargo >/dev/null || fail "cargo is missing; install rust (rustup or apt-get install cargo)"
  # cargo wants a source file and writes a lock file: both stay out of the tree.
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  mkdir "$work/src"
  cp "$here/Cargo.toml" "$work/"
  : >"$work/src/lib.rs"
  echo "fetch-tflm: cargo fetch of $crate" >&2
  (cd "$work" && cargo fetch --quiet) >&2 || fail "cargo fetch of $crate failed; see above"
fi

file=$(archive)
dir=$(sources)
[ -n "$file" ] && [ -n "$dir" ] || fail "cargo fetched no $crate into $registry"
got=$(sha256sum "$file" | cut -d' ' -f1)
[ "$got" = "$sha256" ] || fail "$file has sha256 $got, expected $sha256; remove it and try again"
[ -d "$dir/submodules/tensorflow/tensorflow/lite/micro" ] || fail "$dir is incomplete; remove it and try again"
echo "$dir/submodules/tensorflow"
