/** The model region: how a model reaches the firmware. firmware/infer/region.h. */

import { McuEvalError } from "../core/index.js";
import { crc32 } from "../link/index.js";

const HEADER_BYTES = 32;
const REGION_VERSION = 1;

/**
 * A model behind the header that the firmware looks for.
 *
 * @param regionBytes size of the board's region
 * @throws McuEvalError MODEL_TOO_LARGE
 */
export function composeRegion(model: Uint8Array, regionBytes: number): Uint8Array {
  const needed = HEADER_BYTES + model.length;
  if (needed > regionBytes) {
    throw new McuEvalError(
      "MODEL_TOO_LARGE",
      `the model takes ${needed} bytes with its header, the board's model region has ${regionBytes}`,
      { hint: "Choose a smaller model, or a board with a larger region." },
    );
  }
  const region = Buffer.alloc(needed);
  region.write("MCEM", "latin1");
  region.writeUInt32LE(REGION_VERSION, 4);
  region.writeUInt32LE(model.length, 8);
  region.writeUInt32LE(crc32(model), 12);
  region.writeUInt32LE(crc32(region.subarray(0, 28)), 28);
  region.set(model, HEADER_BYTES);
  return region;
}

/** A region without a model: the board starts and says so. */
export function emptyRegion(): Uint8Array {
  return new Uint8Array(HEADER_BYTES);
}
