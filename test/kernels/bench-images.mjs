// Inferences a second of the emulated Cortex-M7 on the whole path: host, link and two emulators at once.

import { openDevice } from "../../dist/device/index.js";
import { inputsOf } from "./bench-nets.mjs";

const PROCESSES = 2;
const IMAGES = 200;
const WARM_UP = 10;

export async function imagesASecond(net, board = "qemu-m7") {
  const { model, rows } = inputsOf(net);
  const devices = await Promise.all(Array.from({ length: PROCESSES }, () => openDevice({ board, model })));
  const run = (count) =>
    Promise.all(
      devices.map(async (device) => {
        for (let sample = 0; sample < count; sample++) {
          await device.infer({ sample, input: rows[sample % rows.length], mode: "exclusive" });
        }
      }),
    );
  try {
    await run(WARM_UP);
    const start = performance.now();
    await run(IMAGES);
    return (1000 * PROCESSES * IMAGES) / (performance.now() - start);
  } finally {
    await Promise.all(devices.map((device) => device.close()));
  }
}
