/** Pixels to a PNG that an HTML page carries within itself. */

export interface PixelShape {
  readonly height: number;
  readonly width: number;
  readonly channels: 1 | 3;
}

/** @param pixels row-major, channels interleaved @returns a `data:` address of a PNG */
export async function encodePng(pixels: Uint8Array, shape: PixelShape): Promise<string> {
  // Loaded on use: it costs the commands that draw no picture their start-up time.
  const { default: sharp } = await import("sharp");
  const png = await sharp(pixels, { raw: shape }).png({ compressionLevel: 9, adaptiveFiltering: true }).toBuffer();
  return `data:image/png;base64,${png.toString("base64")}`;
}
