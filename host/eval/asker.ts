/** An engine that runs the quantised model, seen from the judge: input bytes in, output bytes out. */

import type { QuantArray } from "../core/index.js";

export interface Answer {
  /** The first output's bytes, as sent. */
  readonly output: Uint8Array;
  /** CRC-32 of those bytes. */
  readonly outputCrc: number;
  /** CRC-32 of the input bytes the engine ran on. */
  readonly inputCrc: number;
  /** Whether the engine's link was in use meanwhile. */
  readonly mode: "exclusive" | "overlapped";
  /** Counted around Invoke alone; absent where the engine counts nothing. */
  readonly instructions?: number;
  readonly cycles?: number;
  /** Spent in interrupts meanwhile. */
  readonly irqCycles?: number;
}

/** One engine of a run, however many processes or boards serve it. */
export interface Asker {
  readonly measuredOn: "native" | "emulator" | "device";
  /** What counted; absent where nothing did. */
  readonly clockSource?: string;
  /** Inputs it works on at the same time. */
  readonly width: number;
  /** It can return tensors other than the outputs. */
  readonly reportsTensors: boolean;
  /** @param sample number of the sample in its data split, told to the device */
  ask(sample: number, input: QuantArray): Promise<Answer>;
  /**
   * The same for an oracle: nothing is counted on the device.
   *
   * @param tensor return this tensor's bytes instead of the output's
   */
  query(sample: number, input: QuantArray, tensor?: number): Promise<Uint8Array>;
  /** Rejects what waits or is under way, and everything asked afterwards. */
  stop(error: unknown): void;
}
