/** Bad input to the whole program: each case its exit code, what was wrong, what was expected, and what to do. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { runCli } from "../../host/cli/program.js";
import { findModel, writeNpy } from "../../host/data/index.js";
import { writeTfjsLayers } from "../../host/import/index.js";
import type { Graph, Network, Param } from "../../host/nn/index.js";
import { calibrate, quantizeInt8, readTflite, writeTflite } from "../../host/tflite/index.js";
import { captured } from "../host/cli/captured.js";
import { contentOf } from "./process.js";

const TIMEOUT = 120_000;
const root = mkdtempSync(join(tmpdir(), "mcu-eval-bad-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
afterEach(() => vi.unstubAllEnvs());

async function cli(...args: string[]) {
  const io = captured();
  const code = await runCli(args, io);
  return { code, out: io.outText(), err: io.errText() };
}

/** A run small enough that only what is wrong with it takes time. */
const SMALL = ["run", "--board", "native", "-n", "2", "--attack", "fgsm", "--eps", "1/255"];

let folders = 0;
const fresh = (): string => join(root, `run-${folders++}`);

async function small(...args: string[]) {
  return cli(...SMALL, "--out", fresh(), ...args);
}

let int8: Buffer;
let float: string;
beforeAll(async () => {
  const { files } = await findModel("cifar10-resnet8");
  int8 = readFileSync(files.int8?.path ?? "");
  float = join(files.float?.path ?? "", "..");
});

/** Writes a model file and names it as `--model` and `--float` want it. */
function modelFile(name: string, bytes: Uint8Array): string[] {
  const path = join(root, name);
  writeFileSync(path, bytes);
  return ["--model", path, "--float", float];
}

describe("names that are not known: exit code 2, the nearest known one", () => {
  it.each([
    [["--board", "qemu-m77"], /there is no board "qemu-m77"\nhint: Did you mean qemu-m7\?/],
    [["--model", "cifar10-resnet"], /there is no model "cifar10-resnet"[\s\S]*Did you mean cifar10-resnet8\?/],
    [["--attack", "pdg"], /there is no attack "pdg"\nhint: Did you mean pgd\?/],
    [["--attack", "pgd:stepz=3"], /no parameter "stepz"\nhint: Did you mean steps\?/],
    [["--attack", "pgd:steps=none"], /steps is "none", expected a whole number/],
    [["--norm", "l0"], /attack fgsm does not know the norm l0\nhint: .*linf/],
    [["--data", "cifar100:test"], /there is no data "cifar100:test"/],
    [["--data", "cifar10:tset"], /no split "tset"/],
    [["--require", "device.robust_accuracy@pgd,1/255>=0.3"], /covers nothing of this run[\s\S]*fgsm,1\/255/],
    [["--goal", "targeted:10"], /target class 10 does not exist, expected 0 to 9/],
  ])(
    "%j",
    async (args, message) => {
      const { code, err } = await small(...args);
      expect(err).toMatch(message);
      expect(code).toBe(2);
    },
    TIMEOUT,
  );
});

describe("budgets", () => {
  it.each(["-1/255", "-0.1", "1/0", "8/", "eight", "1e999", "NaN", "8 lsb x"])(
    "eps %s: exit code 2, how it is written",
    async (eps) => {
      const { code, err } = await small(`--eps=${eps}`);
      expect(err).toMatch(new RegExp(`eps "${eps}" is not a budget\\nhint: .*8/255, 0.03 or 8lsb`));
      expect(code).toBe(2);
    },
    TIMEOUT,
  );

  it(
    "refuses one that is given twice",
    async () => {
      expect(await small("--eps", "1/255,2/510")).toMatchObject({ code: 2, err: expect.stringMatching(/given twice/) });
    },
    TIMEOUT,
  );
});

describe("models: exit code 4, what is wrong with the file", () => {
  it(
    "truncated",
    async () => {
      const { code, err } = await small(...modelFile("truncated.tflite", int8.subarray(0, 50_000)));
      expect(err).toMatch(/error: .*truncated\.tflite/);
      expect(code).toBe(4);
    },
    TIMEOUT,
  );

  it(
    "foreign",
    async () => {
      const { code, err } = await small(
        ...modelFile("picture.tflite", Buffer.from("\x89PNG\r\n\x1a\n and so on, for long enough")),
      );
      expect(err).toMatch(/error: .*picture\.tflite/);
      expect(code).toBe(4);
    },
    TIMEOUT,
  );

  it(
    "with an operator that no board has",
    async () => {
      const model = readTflite(int8);
      const operators = model.operators.map((operator) =>
        operator.op === "ADD" ? { ...operator, op: "FLOOR_DIV", options: null } : operator,
      );
      const { code, err } = await small(
        ...modelFile("operator.tflite", writeTflite({ ...model, operators } as typeof model)),
      );
      expect(err).toMatch(/cannot run the model: .*FLOOR_DIV/);
      expect(code).toBe(4);
    },
    TIMEOUT,
  );

  it(
    "changed since its hash was written down",
    async () => {
      const folder = join(root, "changed");
      mkdirSync(folder);
      const source = join(float, "..");
      const yaml = readFileSync(join(source, "model.yaml"), "utf8");
      writeFileSync(join(folder, "model.yaml"), yaml);
      mkdirSync(join(folder, "float"));
      for (const name of ["model.json", "weights.bin"])
        writeFileSync(join(folder, "float", name), readFileSync(join(float, name)));
      const damaged = Buffer.from(int8);
      damaged[damaged.length - 1] = (damaged.at(-1) ?? 0) ^ 1;
      writeFileSync(join(folder, "int8.tflite"), damaged);
      const { code, err } = await small("--model", folder);
      expect(err).toMatch(/int8\.tflite has SHA-256 [0-9a-f]+, expected [0-9a-f]+/);
      expect(code).toBe(4);
    },
    TIMEOUT,
  );

  it(
    "without a float network to attack: exit code 2",
    async () => {
      const path = join(root, "alone.tflite");
      writeFileSync(path, int8);
      const { code, err } = await small("--model", path);
      expect(err).toMatch(/alone\.tflite comes without the float network[\s\S]*--float/);
      expect(code).toBe(2);
    },
    TIMEOUT,
  );

  it(
    "whose arena does not fit the board",
    async () => {
      const network = wideNetwork();
      await writeTfjsLayers(network, join(root, "wide"));
      const images = { data: new Float32Array(SIDE * SIDE).map((_, i) => (i % 256) / 255), shape: [1, SIDE, SIDE, 1] };
      writeFileSync(join(root, "wide.tflite"), quantizeInt8(network, await calibrate(network, images)));
      await writeNpy(join(root, "wide-x.npy"), images.data, images.shape);
      await writeNpy(join(root, "wide-y.npy"), Int32Array.of(0), [1]);
      const data = `${join(root, "wide-x.npy")},${join(root, "wide-y.npy")}`;
      const { code, err } = await small(
        "-n",
        "1",
        "--board",
        "qemu-m7",
        "--model",
        join(root, "wide.tflite"),
        "--float",
        join(root, "wide"),
        "--data",
        data,
      );
      expect(err).toMatch(/board qemu-m7 cannot run the model: ARENA_TOO_SMALL/);
      expect(code).toBe(4);
    },
    TIMEOUT,
  );
});

const SIDE = 512;

/** A network whose first activation alone, 512 x 512 x 8 bytes, exceeds the 1 MB arena of qemu-m7. */
function wideNetwork(): Network {
  const graph: Graph = {
    id: "wide",
    layers: [
      { name: "input", inputs: [], kind: "input", shape: [SIDE, SIDE, 1] },
      {
        name: "conv",
        inputs: ["input"],
        kind: "conv2d",
        strides: [1, 1],
        padding: "same",
        kernelSize: [1, 1],
        filters: 8,
        useBias: true,
        activation: "relu",
      },
      {
        name: "pool",
        inputs: ["conv"],
        kind: "averagePool2d",
        strides: [SIDE, SIDE],
        padding: "valid",
        poolSize: [SIDE, SIDE],
      },
      { name: "flatten", inputs: ["pool"], kind: "flatten" },
      { name: "dense", inputs: ["flatten"], kind: "dense", units: 2, useBias: true, activation: "linear" },
    ],
    output: "dense",
    logits: "dense",
    bounds: [0, 1],
  };
  const filled = (...shape: number[]): Param => {
    const data = new Float32Array(shape.reduce((product, extent) => product * extent, 1)).map(
      (_, i) => ((i % 7) - 3) / 4,
    );
    return { shape, data };
  };
  const params = new Map([
    ["conv/kernel", filled(1, 1, 1, 8)],
    ["conv/bias", filled(8)],
    ["dense/kernel", filled(8, 2)],
    ["dense/bias", filled(2)],
  ]);
  return { graph, params };
}

describe("data that does not fit the model: exit code 4, what was found and expected", () => {
  const pair = async (
    name: string,
    shape: number[],
    labels: number[],
    make = (size: number) => new Float32Array(size),
  ): Promise<string[]> => {
    const size = shape.reduce((product, extent) => product * extent, 1);
    await writeNpy(join(root, `${name}-x.npy`), make(size), shape);
    await writeNpy(join(root, `${name}-y.npy`), Int32Array.from(labels), [labels.length]);
    return ["--data", `${join(root, `${name}-x.npy`)},${join(root, `${name}-y.npy`)}`];
  };

  it(
    "another shape",
    async () => {
      const { code, err } = await small(...(await pair("shape", [2, 28, 28, 1], [0, 1])));
      expect(err).toMatch(/shape \[28, 28, 1\], .*\[32, 32, 3\]/);
      expect(code).toBe(4);
    },
    TIMEOUT,
  );

  it(
    "values outside the model's range",
    async () => {
      const { code, err } = await small(
        ...(await pair("range", [2, 32, 32, 3], [0, 1], (size) => new Float32Array(size).fill(255))),
      );
      expect(err).toMatch(/255/);
      expect(code).toBe(4);
    },
    TIMEOUT,
  );

  it.each([[[0, 10]], [[-1, 0]]])(
    "labels %j",
    async (labels) => {
      const { code, err } = await small(...(await pair("labels", [2, 32, 32, 3], labels)));
      expect(err).toMatch(/label (10|-1), expected 0 to 9/);
      expect(code).toBe(4);
    },
    TIMEOUT,
  );

  it(
    "more samples than there are",
    async () => {
      const { code, err } = await small("-n", "10001");
      expect(err).toMatch(/has 10000 samples/);
      expect(code).toBe(4);
    },
    TIMEOUT,
  );

  it(
    "files that are no .npy",
    async () => {
      writeFileSync(join(root, "text.npy"), "not an array");
      const { code, err } = await small("--data", `${join(root, "text.npy")},${join(root, "text.npy")}`);
      expect(err).toMatch(/text\.npy/);
      expect(code).toBe(4);
    },
    TIMEOUT,
  );
});

describe("run folders", () => {
  const folder = join(root, "taken");
  beforeAll(async () => {
    expect((await cli(...SMALL, "--out", folder)).code).toBe(0);
  }, TIMEOUT);

  it(
    "that exist: exit code 2, and nothing in them is touched",
    async () => {
      const before = contentOf(folder);
      const { code, err } = await cli(...SMALL, "--out", folder);
      expect(err).toMatch(
        /taken exists already[\s\S]*hint: Continue it with --resume, or choose another folder with --out/,
      );
      expect(code).toBe(2);
      expect(contentOf(folder)).toEqual(before);
    },
    TIMEOUT,
  );

  it(
    "of other settings: exit code 2, naming the first difference",
    async () => {
      const before = contentOf(folder);
      const { code, err } = await cli(...SMALL, "--seed", "2", "--out", folder, "--resume");
      expect(err).toMatch(/taken was made with other settings: settings\.seed is 1 there, and 2 now/);
      expect(code).toBe(2);
      expect(contentOf(folder)).toEqual(before);
    },
    TIMEOUT,
  );

  it(
    "that are complete: --resume finds nothing to do and reports again",
    async () => {
      const before = contentOf(folder);
      const { code, out } = await cli(...SMALL, "--out", folder, "--resume");
      expect(out).toMatch(/^report: /m);
      expect(code).toBe(0);
      expect(contentOf(folder)).toEqual(before);
    },
    TIMEOUT,
  );

  it(
    "that cannot be made: exit code 4",
    async () => {
      const file = join(root, "file");
      writeFileSync(file, "");
      const { code, err } = await cli(...SMALL, "--out", join(file, "run"));
      expect(err).toMatch(/writing .*file\/run failed/);
      expect(code).toBe(4);
    },
    TIMEOUT,
  );
});

describe("results", () => {
  it(
    "below a requirement: exit code 5, after all results are shown and kept",
    async () => {
      const folder = fresh();
      const { code, out, err } = await cli(
        ...SMALL,
        "--out",
        folder,
        "--require",
        "device.accuracy>=1.01",
        "--require",
        "device.accuracy>=0",
        "--junit",
      );
      expect(code).toBe(5);
      expect(err).toMatch(/required and not met: device\.accuracy>=1\.01 \(measured /);
      expect(out).toMatch(/^report: /m);
      const junit = readFileSync(join(folder, "junit.xml"), "utf8");
      expect(junit).toMatch(/failures="1"/);
      expect(junit).toMatch(/name="device.accuracy&gt;=1.01">\s*<failure/);
    },
    TIMEOUT,
  );
});

describe("tools", () => {
  it(
    "QEMU missing: exit code 3, how to install it",
    async () => {
      vi.stubEnv("PATH", "/nonexistent");
      const { code, err } = await small("--board", "qemu-m7");
      expect(err).toMatch(
        /board qemu-m7 needs qemu-system-arm, which is not installed\nhint: .*apt-get install .*qemu-system-arm/,
      );
      expect(code).toBe(3);
    },
    TIMEOUT,
  );

  it(
    "make missing: exit code 3",
    async () => {
      vi.stubEnv("PATH", "/nonexistent");
      const { code, err } = await cli("build", "--board", "native");
      expect(err).toMatch(/make is not installed/);
      expect(code).toBe(3);
    },
    TIMEOUT,
  );
});
