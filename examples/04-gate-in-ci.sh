#!/usr/bin/env bash
# A gate for CI: exit code 5 and a failed JUnit case when the device is less robust than required.
source "$(dirname "$0")/common.sh"

# Held: PGD at 0.4 of a grid step vanishes in rounding.
mcu_eval run --board native -n 20 --eps 0.4/255 --out "$out/gate-held" --junit \
  --require 'device.robust_accuracy@pgd,0.4/255>=0.5'
echo "exit code 0"

# Not held: nobody withstands 8/255 without a defense.
code=0
mcu_eval run --board native -n 20 --eps 8/255 --out "$out/gate-missed" --junit \
  --require 'device.robust_accuracy@pgd,8/255>=0.5' || code=$?
echo "exit code $code"
grep -A1 requirement "$out/gate-missed/junit.xml"
[ "$code" -eq 5 ]
