import type { Timing } from "../../../host/device/index.js";

/** Waits short enough for a test, with the proportions of the real ones. */
export const QUICK: Timing = {
  hello: 60,
  helloMost: 200,
  open: 8_000,
  invoke: 200,
  reply: 40,
  credit: 20,
  repetitions: 8,
};
