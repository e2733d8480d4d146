# What the examples share: where the program is, and where their run folders go.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
out=${1:-$(mktemp -d)}
mcu_eval() { node "$root/dist/cli/main.js" "$@"; }
