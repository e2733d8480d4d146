import { beforeAll, describe, expect, it } from "vitest";
import { countOf, fromGrid, row, toGrid } from "../../../host/core/index.js";
import {
  calibrate,
  inputGrid,
  outputGrid,
  quantizeInt8,
  quantizeInt16x8,
  readTflite,
  type TfliteModel,
} from "../../../host/tflite/index.js";
import { FUSED_ACTIVATIONS, PADDINGS } from "../../../host/tflite/schema.js";
import { oracleDescribe, oracleInfer, oraclePython } from "../../oracle/oracle.js";
import { branchedNetwork, images, mobileNetwork, residualNetwork, withWeightsOnGrid } from "./networks.js";
import { referenceOf } from "./reference.js";

const COUNT = 20;
const CONVERTERS = { int8: quantizeInt8, int16x8: quantizeInt16x8 } as const;

describe.each([
  { type: "int8", name: "residual", network: residualNetwork(), tolerance: 0.03 },
  { type: "int8", name: "mobile", network: mobileNetwork(), tolerance: 0.03 },
  { type: "int8", name: "branched", network: branchedNetwork(), tolerance: 0.03 },
  { type: "int16x8", name: "residual", network: withWeightsOnGrid(residualNetwork()), tolerance: 0.0005 },
  { type: "int16x8", name: "mobile", network: withWeightsOnGrid(mobileNetwork()), tolerance: 0.0005 },
  { type: "int16x8", name: "branched", network: withWeightsOnGrid(branchedNetwork()), tolerance: 0.0005 },
] as const)("the $type $name network in stock interpreters", ({ type, network, tolerance }) => {
  beforeAll(async () => {
    await oraclePython();
  });

  it.each(["tflm", "litert-ref", "litert"] as const)("%s agrees with the float network", async (engine) => {
    const reference = referenceOf(network);
    const x = images(network, COUNT);
    // On the very inputs, so that nothing is clamped.
    const bytes = CONVERTERS[type](network, await calibrate(network, x));
    const model = readTflite(bytes);
    const float = (await reference(x)).get(network.graph.output);
    if (!float) throw new Error("no output");

    const inputs = toGrid(x.data, inputGrid(model));
    const raw = await oracleInfer(engine, bytes, new Uint8Array(inputs.buffer));
    const integers = type === "int8" ? new Int8Array(raw) : new Int16Array(Uint8Array.from(raw).buffer);
    expect(integers.length).toBe(float.data.length);
    const outputs = fromGrid(integers, outputGrid(model));

    const span = Math.max(...float.data) - Math.min(...float.data);
    let worst = 0;
    float.data.forEach((value, i) => {
      worst = Math.max(worst, Math.abs(value - (outputs[i] as number)) / span);
    });
    expect(worst).toBeLessThan(tolerance);
    // An output that ignored the input would also be near the mean.
    const distinct = new Set(Array.from({ length: countOf(x) }, (_, i) => row(float, i).join()));
    expect(distinct.size).toBe(COUNT);
    expect(
      new Set(Array.from({ length: COUNT }, (_, i) => raw.subarray(i * 3, i * 3 + 3).join())).size,
    ).toBeGreaterThan(COUNT / 2);
  });
});

/** A model in the words of LiteRT's schema classes: camel case, enumerations as numbers, data in hex. */
function inTheirWords(model: TfliteModel): unknown {
  const value = (name: string, option: unknown): unknown => {
    if (name === "padding") return PADDINGS.indexOf(option as never);
    return name === "fused_activation_function" ? FUSED_ACTIVATIONS.indexOf(option as never) : option;
  };
  const camel = (name: string): string => name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  return {
    ...model,
    tensors: model.tensors.map(({ isVariable: _, data, ...tensor }) => ({
      ...tensor,
      data: data && Buffer.from(data).toString("hex"),
    })),
    operators: model.operators.map(({ options, ...operator }) => ({
      ...operator,
      options:
        options &&
        Object.fromEntries(Object.entries(options).map(([name, option]) => [camel(name), value(name, option)])),
    })),
  };
}

describe.each([
  { type: "int8", name: "residual", network: residualNetwork() },
  { type: "int8", name: "mobile", network: mobileNetwork() },
  { type: "int8", name: "branched", network: branchedNetwork() },
  { type: "int16x8", name: "residual", network: residualNetwork() },
] as const)("the $type $name file", ({ type, network }) => {
  it("says the same to LiteRT's schema classes, and theirs to us", async () => {
    const bytes = CONVERTERS[type](network, await calibrate(network, images(network, 10, "calibration")));
    const model = readTflite(bytes);
    const { description, repacked } = await oracleDescribe(bytes);
    expect(description).toMatchObject(inTheirWords(model) as object);
    expect(Buffer.compare(repacked, bytes)).not.toBe(0);
    expect(readTflite(new Uint8Array(repacked))).toEqual(model);
  });
});
