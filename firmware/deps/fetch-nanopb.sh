#!/bin/sh
# Prints the folder of nanopb's C runtime (pb.h, pb_encode.c, ...), fetching it
# with apt from the distribution's own source archive into the cache.
#
# apt's own state is neither used nor changed: the system's source lists are
# copied with deb-src switched on. NANOPB_DIR names a folder to use instead.
set -eu

version=0.4.7
sha256=e1d89b166367a3c42d42311bdc2ed57ff78f86aede9a66828516e45490d48c81
cache=${MCU_EVAL_CACHE:-$HOME/.cache/mcu-eval}
dir=$cache/nanopb-$version

fail() {
  echo "fetch-nanopb: $1" >&2
  exit 1
}

if [ -n "${NANOPB_DIR:-}" ]; then
  [ -f "$NANOPB_DIR/pb_encode.c" ] || fail "NANOPB_DIR=$NANOPB_DIR holds no pb_encode.c"
  echo "$NANOPB_DIR"
  exit 0
fi
if [ -f "$dir/.ok" ]; then
  echo "$dir"
  exit 0
fi

command -v apt-get >/dev/null ||
  fail "no apt-get here; set NANOPB_DIR to the sources of nanopb $version"
mkdir -p "$cache"
work=$(mktemp -d "$cache/nanopb.XXXXXX")
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/archives/partial" "$work/parts" "$work/src"

# Only the distribution's own suites: third-party lists often carry no sources.
codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
for list in /etc/apt/sources.list.d/*.sources; do
  [ -f "$list" ] || continue
  awk -v RS= -v ORS='\n\n' -v code="$codename" '
    $0 ~ "(^|\n)Suites:[^\n]* " code "( |\n|$|-updates|-security)" && /(^|\n)Components:[^\n]*main/ {
      gsub(/(^|\n)Types:[^\n]*/, "\nTypes: deb-src"); print }
  ' "$list" >"$work/parts/$(basename "$list")"
done
for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
  [ -f "$list" ] || continue
  sed -n -E "s/^deb(-src)?( .* $codename(-updates|-security)? .*main.*)/deb-src\2/p" "$list" >>"$work/parts/lines.list"
done

apt_private() {
  apt-get -qq -o Dir::Etc::SourceList=/dev/null -o Dir::Etc::SourceParts="$work/parts" \
    -o Dir::State::Lists="$work/lists" -o Dir::Cache="$work/archives" \
    -o APT::Sandbox::User=root "$@" >&2
}
echo "fetch-nanopb: apt-get source nanopb $version" >&2
apt_private update || fail "apt-get update with deb-src failed; set NANOPB_DIR instead"
(cd "$work/src" && apt_private source --download-only nanopb) ||
  fail "apt-get source nanopb failed; set NANOPB_DIR instead"

tarball=$work/src/nanopb_$version.orig.tar.gz
[ -f "$tarball" ] || fail "the distribution offers $(ls "$work/src" | tr '\n' ' '), not nanopb $version; set NANOPB_DIR"
got=$(sha256sum "$tarball" | cut -d' ' -f1)
[ "$got" = "$sha256" ] || fail "nanopb $version has sha256 $got, expected $sha256"

mkdir "$work/out"
for name in pb.h pb_common.h pb_common.c pb_encode.h pb_encode.c pb_decode.h pb_decode.c LICENSE.txt; do
  tar -xzf "$tarball" -C "$work/out" --strip-components=1 --wildcards --no-wildcards-match-slash "*/$name"
done
touch "$work/out/.ok"
# Another process may have finished first; its result is as good.
mv -T "$work/out" "$dir" 2>/dev/null || [ -f "$dir/.ok" ] || fail "cannot write $dir"
echo "$dir"
