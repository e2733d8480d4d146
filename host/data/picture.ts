/** PNG and JPEG files to interleaved bytes. */

import { readFile } from "node:fs/promises";
import type { OutputInfo } from "sharp";
import { McuEvalError, messageOf } from "../core/index.js";
import { fileError } from "./file-error.js";

export interface Picture {
  /** [height, width, channels] */
  readonly shape: readonly [number, number, number];
  /** Row-major, channels interleaved, 0 … 255. */
  readonly pixels: Uint8Array;
}

/**
 * Decodes one picture as RGB (3 channels) or grey (1 channel). Transparency is dropped, not blended.
 *
 * @param path a PNG or JPEG file
 * @param expected the shape it must have; null extents match any, the channels choose RGB or grey
 * @throws McuEvalError FILE_MISSING, FILE_INVALID (truncated or foreign), DATA_MISMATCH (another size)
 */
export async function decodePicture(
  path: string,
  expected: readonly [number | null, number | null, 1 | 3],
): Promise<Picture> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw fileError(error, path);
  });
  const [height, width, channels] = expected;
  const { data, info } = await decode(bytes, channels).catch((error: unknown) => {
    throw new McuEvalError("FILE_INVALID", `${path} is not a whole PNG or JPEG picture: ${messageOf(error)}`, {
      cause: error,
    });
  });
  const fits = (height === null || height === info.height) && (width === null || width === info.width);
  if (!fits || info.channels !== channels) {
    throw new McuEvalError(
      "DATA_MISMATCH",
      `${path} is ${info.height} x ${info.width} x ${info.channels} (height, width, channels), expected ` +
        `${height ?? "any"} x ${width ?? "any"} x ${channels}`,
      { hint: "Scale or crop the pictures to the model's input first." },
    );
  }
  return { shape: [info.height, info.width, channels], pixels: new Uint8Array(data) };
}

async function decode(bytes: Buffer, channels: 1 | 3): Promise<{ data: Buffer; info: OutputInfo }> {
  // Loaded on use: it costs the commands that read no picture their start-up time.
  const { default: sharp } = await import("sharp");
  return sharp(bytes, { failOn: "error" })
    .removeAlpha()
    .toColourspace(channels === 1 ? "b-w" : "srgb")
    .raw({ depth: "uchar" })
    .toBuffer({ resolveWithObject: true });
}
