import { describe, expect, it } from "vitest";
import { isMcuEvalError, openStream } from "../../../host/core/index.js";
import { modelCrc, readTflite, type TfliteModel, writeTflite } from "../../../host/tflite/index.js";
import { packagedModel } from "./tflm-package.js";

/** A hand-made model that holds every kind of field. */
const SMALL: TfliteModel = {
  description: "small",
  version: 3,
  tensors: [
    {
      name: "x",
      shape: [1, 4],
      type: "int8",
      data: null,
      quantization: { scale: [0.5], zeroPoint: [-128], axis: 0 },
      isVariable: false,
    },
    {
      name: "w",
      shape: [2, 4],
      type: "int8",
      data: Uint8Array.of(1, 2, 3, 4, 255, 254, 253, 252),
      quantization: { scale: [0.25, 0.125], zeroPoint: [0, 0], axis: 0 },
      isVariable: false,
    },
    {
      name: "b",
      shape: [2],
      type: "int32",
      data: Uint8Array.of(1, 0, 0, 0, 255, 255, 255, 255),
      quantization: null,
      isVariable: false,
    },
    {
      name: "y",
      shape: [1, 2],
      type: "int8",
      data: null,
      quantization: { scale: [1], zeroPoint: [7], axis: 0 },
      isVariable: false,
    },
    {
      name: "p",
      shape: [1, 2],
      type: "int8",
      data: null,
      quantization: { scale: [1 / 256], zeroPoint: [-128], axis: 0 },
      isVariable: true,
    },
  ],
  operators: [
    {
      op: "FULLY_CONNECTED",
      version: 4,
      inputs: [0, 1, 2],
      outputs: [3],
      options: { fused_activation_function: "relu6", keep_num_dims: true },
    },
    { op: "SOFTMAX", version: 2, inputs: [3], outputs: [4], options: { beta: 1 } },
  ],
  inputs: [0],
  outputs: [4],
};

const change = (edit: Partial<TfliteModel>): Uint8Array => writeTflite({ ...SMALL, ...edit });
const withTensor = (index: number, edit: Partial<TfliteModel["tensors"][number]>): Uint8Array =>
  change({ tensors: SMALL.tensors.map((tensor, i) => (i === index ? { ...tensor, ...edit } : tensor)) });

describe("readTflite", () => {
  it("gives back what was written", () => {
    expect(readTflite(writeTflite(SMALL))).toEqual(SMALL);
  });

  it("reads a file that stands anywhere in a larger memory", () => {
    const bytes = writeTflite(SMALL);
    const memory = new Uint8Array(bytes.length + 7);
    memory.set(bytes, 5);
    expect(readTflite(memory.subarray(5, 5 + bytes.length))).toEqual(SMALL);
  });

  // Operators and versions as TFLite's converter wrote them in 2019 and 2020.
  it.each([
    {
      name: "person_detection_grayscale" as const,
      ops: "AVERAGE_POOL_2D v1 CONV_2D v1 DEPTHWISE_CONV_2D v1",
      input: [1, 96, 96, 1],
    },
    { name: "micro_speech" as const, ops: "DEPTHWISE_CONV_2D v1 FULLY_CONNECTED v1 SOFTMAX v1", input: [1, 49, 40, 1] },
  ])("reads the foreign model $name", ({ name, ops, input }) => {
    const model = readTflite(packagedModel(name), name);
    const found = new Set(model.operators.map(({ op, version }) => `${op} v${version}`));
    expect(
      [...found]
        .filter((op) => !op.startsWith("RESHAPE"))
        .sort()
        .join(" "),
    ).toBe(ops);
    expect(model.tensors[model.inputs[0] ?? -1]).toMatchObject({ type: "uint8", shape: input });
  });

  it.each(["hello_world", "magic_wand"] as const)("reads the float model %s", (name) => {
    const model = readTflite(packagedModel(name), name);
    expect(model.operators.length).toBeGreaterThan(2);
  });

  it("says what a foreign file begins with", () => {
    const png = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13);
    expect(() => readTflite(png, "cat.png")).toThrow(
      expect.objectContaining({
        code: "FILE_INVALID",
        message: expect.stringMatching(/cat\.png.*bytes 4 to 7.*"TFL3"/),
      }),
    );
    expect(() => readTflite(new Uint8Array())).toThrow(/it has 0 bytes/);
  });

  it("refuses a file truncated anywhere", () => {
    const bytes = writeTflite(SMALL);
    for (let length = 0; length < bytes.length; length++) {
      const readable = (() => {
        try {
          readTflite(bytes.subarray(0, length));
          return true;
        } catch (error) {
          expect(isMcuEvalError(error, "FILE_INVALID"), String(error)).toBe(true);
          return false;
        }
      })();
      expect(readable, `${length} of ${bytes.length} bytes`).toBe(false);
    }
  });

  it("throws nothing but its own errors on damaged files", () => {
    const bytes = writeTflite(SMALL);
    const rng = openStream(1, "damage");
    let refused = 0;
    for (let trial = 0; trial < 3000; trial++) {
      const damaged = bytes.slice();
      for (let hits = 1 + rng.int(3); hits > 0; hits--) damaged[8 + rng.int(bytes.length - 8)] = rng.int(256);
      try {
        readTflite(damaged);
      } catch (error) {
        expect(isMcuEvalError(error, "FILE_INVALID", "MODEL_UNSUPPORTED"), String(error)).toBe(true);
        refused++;
      }
    }
    expect(refused).toBeGreaterThan(300);
  });

  it.each([
    {
      what: "a tensor index beyond the tensors",
      bytes: change({ outputs: [5] }),
      message: /outputs name tensor 5 of 5/,
    },
    { what: "a negative input", bytes: change({ inputs: [-1] }), message: /inputs name tensor -1/ },
    { what: "another schema version", bytes: change({ version: 4 }), message: /schema version 4, expected 3/ },
    {
      what: "too little data",
      bytes: withTensor(2, { shape: [3] }),
      message: /tensor 2.*"b" has 8 bytes of data, expected 12/,
    },
    { what: "a negative extent", bytes: withTensor(0, { shape: [1, -4] }), message: /"x" has shape \[1, -4\]/ },
    { what: "an absurd extent", bytes: withTensor(0, { shape: [65536, 65536] }), message: /"x" has shape/ },
    {
      what: "scales that are not one a channel",
      bytes: withTensor(1, { quantization: { scale: [1, 1, 1], zeroPoint: [0, 0, 0], axis: 0 } }),
      message: /3 scales, but axis 0 has 2 channels/,
    },
    {
      what: "scales without zero points",
      bytes: withTensor(0, { quantization: { scale: [1], zeroPoint: [], axis: 0 } }),
      message: /1 scales but 0 zero points/,
    },
  ])("refuses $what", ({ bytes, message }) => {
    expect(() => readTflite(bytes)).toThrow(expect.objectContaining({ code: "FILE_INVALID" }));
    expect(() => readTflite(bytes)).toThrow(message);
  });

  it("bounds the work that a file can ask for", () => {
    // 20,000 tensors whose offsets all lead to one table with a shape of 20,000: 400 M elements in 160 KB.
    const shape = new Array<number>(20_000).fill(1);
    const shared = { ...(SMALL.tensors[0] as TfliteModel["tensors"][number]), shape };
    const bytes = change({
      tensors: new Array(20_000).fill({ ...shared, shape: [1] }),
      operators: [],
      inputs: [0],
      outputs: [0],
    });
    const long = change({
      tensors: [shared, ...new Array(20_000).fill({ ...shared, shape: [1] })],
      operators: [],
      inputs: [0],
      outputs: [0],
    });
    expect(() => readTflite(bytes)).not.toThrow();
    expect(() => readTflite(pointAllAtFirst(long, 20_001))).toThrow(/offsets lead to the same data too often/);
  });

  it("keeps an optional input that is absent", () => {
    const operators = SMALL.operators.map((operator, i) => (i === 0 ? { ...operator, inputs: [0, 1, -1] } : operator));
    expect(readTflite(change({ operators })).operators[0]?.inputs).toEqual([0, 1, -1]);
  });
});

/** Makes every offset in the one vector of `count` offsets lead where its first one does. */
function pointAllAtFirst(bytes: Uint8Array, count: number): Uint8Array {
  const changed = bytes.slice();
  const view = new DataView(changed.buffer);
  for (let at = 0; at + 4 * count < changed.length; at += 4) {
    if (view.getUint32(at, true) !== count) continue;
    const first = at + 4 + view.getUint32(at + 4, true);
    // The vector of tensors, not that of buffers, which is one longer.
    for (let i = 1; i < count; i++) view.setUint32(at + 4 + 4 * i, first - (at + 4 + 4 * i), true);
    return changed;
  }
  throw new Error("no such vector");
}

describe("modelCrc", () => {
  it("is CRC-32 as in zlib", () => {
    expect(modelCrc(Buffer.from("123456789"))).toBe(0xcbf43926);
  });
});
