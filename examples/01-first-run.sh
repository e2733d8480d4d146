#!/usr/bin/env bash
# Attacks the first twenty CIFAR-10 test pictures at two budgets, on the firmware's native build.
source "$(dirname "$0")/common.sh"

mcu_eval run --board native -n 20 --attack pgd:steps=20 --eps 0.6/255,2/255 --out "$out/first-run"

echo
echo "The summary again, as report.md has it:"
sed -n 5p "$out/first-run/report.md"
