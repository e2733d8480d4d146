#!/usr/bin/env bash
# Installs the Debian packages that the build, the emulator and the tests need; silent when all are there.
set -euo pipefail

packages=(
  gcc-arm-none-eabi binutils-arm-none-eabi        # firmware for Cortex-M
  libnewlib-arm-none-eabi libstdc++-arm-none-eabi-newlib
  qemu-system-arm                                 # the emulated boards
  protobuf-compiler nanopb dpkg-dev               # the wire's messages on the firmware side
  clang-format                                    # make check
)

command -v dpkg-query >/dev/null || {
  echo "setup-system: this is not a Debian system; install the equivalents of: ${packages[*]}" >&2
  exit 1
}

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing+=("$package")
done
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" -eq 0 ]; then
  as_root=()
elif sudo -n true 2>/dev/null; then
  as_root=(sudo)
else
  {
    echo "setup-system: Debian packages are missing, and this user may not install them. Run:"
    echo "  sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}"
    echo "then repeat the command."
  } >&2
  exit 1
fi

echo "setup-system: installing with apt-get: ${missing[*]} (up to 2.6 GB on disk; the ARM C++ library is most of it)"
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null || {
  echo "setup-system: apt-get could not install: ${missing[*]}; its message is above" >&2
  exit 1
}
