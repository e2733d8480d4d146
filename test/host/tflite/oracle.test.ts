import { beforeAll, describe, expect, it } from "vitest";
import { countOf, fromGrid, row, toGrid } from "../../../host/core/index.js";
import { calibrate, inputGrid, outputGrid, quantizeInt8, readTflite } from "../../../host/tflite/index.js";
import { oracleInfer, oraclePython } from "../../oracle/oracle.js";
import { images, mobileNetwork, residualNetwork } from "./networks.js";
import { referenceOf } from "./reference.js";

const COUNT = 20;

describe.each([
  { name: "residual", network: residualNetwork(), tolerance: 0.03 },
  { name: "mobile", network: mobileNetwork(), tolerance: 0.06 },
])("the int8 $name network in stock interpreters", ({ network, tolerance }) => {
  beforeAll(async () => {
    await oraclePython();
  });

  it.each(["tflm", "litert-ref", "litert"] as const)("%s agrees with the float network", async (engine) => {
    const reference = referenceOf(network);
    const ranges = await calibrate(network, images(network, 40, "calibration"));
    const bytes = quantizeInt8(network, ranges);
    const model = readTflite(bytes);
    const x = images(network, COUNT);
    const float = (await reference(x)).get(network.graph.output);
    if (!float) throw new Error("no output");

    const inputs = toGrid(x.data, inputGrid(model)) as Int8Array;
    const raw = await oracleInfer(engine, bytes, new Uint8Array(inputs.buffer));
    expect(raw.length).toBe(float.data.length);
    const outputs = fromGrid(new Int8Array(raw), outputGrid(model));

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
