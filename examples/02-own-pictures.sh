#!/usr/bin/env bash
# Runs on a folder of pictures: one sub-folder a class, named as the model's classes. Here the pictures
# are cut out of CIFAR-10; put your own in their place (PNG or JPEG, 32 x 32, RGB).
source "$(dirname "$0")/common.sh"

node --input-type=module - "$root" "$out/pictures" <<'JS'
import { mkdirSync } from "node:fs";
import sharp from "sharp";
const [root, folder] = process.argv.slice(2);
const { loadCifar10 } = await import(`${root}/dist/data/index.js`);
const { values, labels, classNames } = await loadCifar10("test", { limit: 30 });
for (const [i, label] of labels.entries()) {
  const pixels = values.subarray(i * 3072, (i + 1) * 3072);
  mkdirSync(`${folder}/${classNames[label]}`, { recursive: true });
  const raw = { width: 32, height: 32, channels: 3 };
  await sharp(pixels, { raw }).png().toFile(`${folder}/${classNames[label]}/${String(i).padStart(4, "0")}.png`);
}
JS
ls "$out/pictures"

mcu_eval run --board native --data "$out/pictures" -n 20 --attack fgsm --eps 2/255 --out "$out/own-pictures"
