#!/usr/bin/env bash
# Kills a run, resumes it, and compares it byte for byte with one that nobody disturbed.
source "$(dirname "$0")/common.sh"

run() { mcu_eval run --board native -n 40 --batch 10 --eps 1/255,2/255 "$@"; }

run --out "$out/whole" >/dev/null

# SIGKILL: the run cannot even say goodbye.
setsid node "$root/dist/cli/main.js" run --board native -n 40 --batch 10 --eps 1/255,2/255 --out "$out/killed" \
  >/dev/null 2>&1 &
pid=$!
until [ "$(wc -l <"$out/killed/samples.jsonl" 2>/dev/null || echo 0)" -ge 40 ]; do
  kill -0 "$pid" 2>/dev/null || break
  sleep 0.05
done
kill -KILL "$pid" 2>/dev/null || true
wait "$pid" 2>/dev/null || true
echo "killed with $(wc -l <"$out/killed/samples.jsonl") of $(wc -l <"$out/whole/samples.jsonl") records"

run --out "$out/killed" --resume >/dev/null
cmp "$out/whole/samples.jsonl" "$out/killed/samples.jsonl"
for file in "$out"/whole/inputs/*.npy; do cmp "$file" "$out/killed/inputs/${file##*/}"; done
echo "resumed: samples and inputs are the same, byte for byte"
