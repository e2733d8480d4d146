/** A tiny network, its .tflite, and boards that "run" it, for whole runs without firmware. */

import { crc32Of, type Dataset, datasetOf } from "../../../host/data/index.js";
import type { Device, Hello, InferRequest, InferResult, OpenOptions } from "../../../host/device/index.js";
import type { LoadedModel } from "../../../host/eval/index.js";
import { noCounters } from "../../../host/link/index.js";
import type { Network } from "../../../host/nn/index.js";
import { calibrate, quantizeInt8 } from "../../../host/tflite/index.js";

const SIZE = 4;

/** Two classes; the second wins where the values' sum is above half. */
const NETWORK: Network = {
  graph: {
    id: "tiny",
    layers: [
      { name: "input", inputs: [], kind: "input", shape: [SIZE] },
      { name: "dense", inputs: ["input"], kind: "dense", units: 2, useBias: true, activation: "linear" },
    ],
    output: "dense",
    logits: "dense",
    bounds: [0, 1],
  },
  params: new Map([
    [
      "dense/kernel",
      { shape: [SIZE, 2], data: Float32Array.from({ length: 2 * SIZE }, (_, i) => (i % 2 === 0 ? -1 : 1)) },
    ],
    ["dense/bias", { shape: [2], data: Float32Array.of(SIZE / 2, -SIZE / 2) }],
  ]),
};

/** @param top the largest value its input grid reaches */
export async function tinyModel(top = 1): Promise<LoadedModel> {
  const corners = { data: Float32Array.of(0, 0, 0, 0, top, top, top, top), shape: [2, SIZE] };
  const network = { ...NETWORK, graph: { ...NETWORK.graph, bounds: [0, top] as const } };
  const tflite = quantizeInt8(network, await calibrate(network, corners));
  const files = { int8: { path: "int8.tflite", sha256: "0".repeat(64) } };
  return { id: "tiny", network: NETWORK, tflite, labels: ["low", "high"], files };
}

/** Samples around the border between the classes. */
export function tinyData(count: number): Dataset {
  const values = new Uint8Array(count * SIZE).map((_, i) => 126 + (Math.floor(i / SIZE) % 4));
  const labels = Int32Array.from({ length: count }, (_, i) => (i % 4 < 2 ? 0 : 1));
  return datasetOf({ id: "tiny", split: "test", shape: [SIZE], values, labels, classNames: ["low", "high"] });
}

export interface FakeBoards {
  readonly open: (options: OpenOptions) => Promise<Device>;
  /** Boards that are open now, by id. */
  readonly opened: string[];
}

export interface FakeBoardOptions {
  /** Called before each inference. */
  readonly before?: (board: string, request: InferRequest) => Promise<void> | void;
  /** Changes what a board returns. */
  readonly twist?: (board: string, request: InferRequest, output: Uint8Array) => void;
  /** Frames that the device says it received beyond those sent. */
  readonly strayFrames?: number;
}

/** Boards that answer with the class of the input's sum. */
export function fakeBoards(options: FakeBoardOptions = {}): FakeBoards {
  const opened: string[] = [];
  const open = async ({ board }: OpenOptions): Promise<Device> => {
    opened.push(board);
    const counters = { ...noCounters(), framesSent: 1, framesReceived: 1, bytesSent: 10, bytesReceived: 10 };
    return {
      depth: 1,
      hello: {
        board,
        clockSource: board === "native" ? "none" : "qemu-icount",
        bootNonce: opened.length,
        fault: null,
        resetCause: "POWER_ON",
      } as Hello,
      async infer(request): Promise<InferResult> {
        await options.before?.(board, request);
        const sum = request.input.reduce((total, byte) => total + ((byte << 24) >> 24) + 128, 0);
        const output = Uint8Array.of(sum * 2 < SIZE * 255 ? 1 : 0, sum * 2 < SIZE * 255 ? 0 : 1);
        options.twist?.(board, request, output);
        const counted =
          board === "native" || request.mode !== "exclusive" ? {} : { ticks: 1000 + request.sample, irqTicks: 0 };
        return {
          sample: request.sample,
          inputCrc: crc32Of(request.input),
          mode: request.mode,
          outputs: [{ index: 1, crc: crc32Of(output), data: output }],
          invokeCount: 1,
          ...counted,
        };
      },
      profile: async () => ({ nodes: [{ kernels: "portable" }] }),
      stats: async () => ({
        link: { ...counters, framesReceived: 1 + (options.strayFrames ?? 0) },
        host: counters,
        invokes: 1,
        replays: 0,
        stackHighWater: 1,
        stackBytes: 2,
        arenaUsed: 3,
        heapBytes: 0,
      }),
      reset: async () => undefined,
      counters: () => counters,
      repairs: () => 0,
      close: async () => {
        opened.splice(opened.indexOf(board), 1);
      },
    };
  };
  return { open, opened };
}
