#!/usr/bin/env bash
# Installs the npm packages of package-lock.json; silent when node_modules already holds just these.
set -euo pipefail
cd "$(dirname "$0")/.."

node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' || {
  echo "setup-node: node $(node --version) is too old, 20.19 or later is needed" >&2
  exit 1
}

stamp=node_modules/.mcu-eval-lock
if [ -f "$stamp" ] && cmp -s package-lock.json "$stamp"; then exit 0; fi
echo "setup-node: installing npm packages (about 290, 20 to 60 s)"
npm ci --ignore-scripts --loglevel=error
cp package-lock.json "$stamp"
