import { describe, expect, it } from "vitest";
import { calibrate, quantizeInt8, readTflite, writeTflite } from "../../../host/tflite/index.js";
import { images, residualNetwork } from "./networks.js";

const converted = async (): Promise<Uint8Array> => {
  const network = residualNetwork();
  return quantizeInt8(network, await calibrate(network, images(network, 10, "calibration")));
};

describe("writeTflite", () => {
  it("gives the same bytes each time, and again after reading", async () => {
    const bytes = await converted();
    expect(Buffer.compare(bytes, await converted())).toBe(0);
    expect(Buffer.compare(bytes, writeTflite(readTflite(bytes)))).toBe(0);
  });

  it("aligns the data of every constant to 16 bytes", async () => {
    const bytes = await converted();
    const constants = readTflite(bytes).tensors.filter(({ data }) => data !== null);
    expect(constants.length).toBe(9);
    for (const { name, data } of constants) {
      expect(((data?.byteOffset ?? 1) - bytes.byteOffset) % 16, name).toBe(0);
    }
  });

  it("shares operator codes between operators of one kind and version", async () => {
    const model = readTflite(await converted());
    expect(model.operators.map(({ op, version }) => `${op} v${version}`)).toEqual([
      "CONV_2D v3",
      "CONV_2D v3",
      "CONV_2D v3",
      "ADD v2",
      "AVERAGE_POOL_2D v2",
      "RESHAPE v1",
      "FULLY_CONNECTED v4",
      "SOFTMAX v2",
    ]);
  });

  it("refuses an operator the schema does not know", async () => {
    const model = readTflite(await converted());
    const operators = model.operators.map((operator) => ({ ...operator, op: "CUSTOM:mine" }));
    expect(() => writeTflite({ ...model, operators })).toThrow(/operator CUSTOM:mine cannot be written/);
  });
});
