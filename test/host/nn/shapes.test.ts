import { describe, expect, it } from "vitest";
import { type Graph, layerShapes, paramShapes, resnet8 } from "../../../host/nn/index.js";
import { chain, smallResidual } from "./graphs.js";

describe("layerShapes", () => {
  it("follows ResNet-8 from the picture to the classes", () => {
    const shapes = layerShapes(resnet8());
    expect(shapes.get("block1_add")).toEqual([32, 32, 16]);
    expect(shapes.get("block2_add")).toEqual([16, 16, 32]);
    expect(shapes.get("block3_add")).toEqual([8, 8, 64]);
    expect(shapes.get("flatten")).toEqual([64]);
    expect(shapes.get("softmax")).toEqual([10]);
  });

  it("cuts windows that do not fit whole: valid drops them, same pads", () => {
    const pool = (padding: "same" | "valid") =>
      chain(padding, [7, 6, 3], { kind: "maxPool2d", poolSize: [3, 3], strides: [2, 2], padding });
    expect(layerShapes(pool("valid")).get("maxPool2d_0")).toEqual([3, 2, 3]);
    expect(layerShapes(pool("same")).get("maxPool2d_0")).toEqual([4, 3, 3]);
  });

  it("gives dilated kernels the extent that they cover", () => {
    const conv = (padding: "same" | "valid") =>
      chain(padding, [9, 8, 3], {
        kind: "conv2d",
        kernelSize: [3, 2],
        filters: 4,
        dilations: [2, 3],
        strides: [2, 1],
        padding,
        useBias: true,
        activation: "linear",
      });
    expect(layerShapes(conv("valid")).get("conv2d_0")).toEqual([3, 5, 4]);
    expect(layerShapes(conv("same")).get("conv2d_0")).toEqual([5, 8, 4]);
  });

  it("adds margins to both sides, and channels side by side", () => {
    const graph = chain(
      "margins",
      [4, 5, 3],
      {
        kind: "zeroPad2d",
        margins: [
          [0, 1],
          [2, 3],
        ],
      },
      { kind: "concat" },
    );
    const layers = graph.layers.map((layer) =>
      layer.kind === "concat" ? { ...layer, inputs: ["zeroPad2d_0", "zeroPad2d_0"] } : layer,
    );
    expect(layerShapes(graph).get("zeroPad2d_0")).toEqual([5, 10, 3]);
    expect(layerShapes({ ...graph, layers }).get("concat_1")).toEqual([5, 10, 6]);
    const broken = layers.map((layer) =>
      layer.kind === "concat" ? { ...layer, inputs: ["zeroPad2d_0", "input"] } : layer,
    );
    expect(() => layerShapes({ ...graph, layers: broken })).toThrow(
      "joins shapes [5, 10, 3] and [4, 5, 3], expected equal ones but for the channels",
    );
  });

  it("refuses a layer that reads what no earlier layer gives", () => {
    const graph = smallResidual();
    const broken: Graph = { ...graph, layers: graph.layers.filter(({ name }) => name !== "max") };
    expect(() => layerShapes(broken)).toThrow('layer "depth" reads "max", which no earlier layer is called');
  });

  it("refuses a sum of unequal shapes", () => {
    const graph = smallResidual();
    const broken: Graph = {
      ...graph,
      layers: graph.layers.map((layer) =>
        layer.name === "sum" ? { ...layer, inputs: ["depth_norm", "stem"] } : layer,
      ),
    };
    expect(() => layerShapes(broken)).toThrow('layer "sum" adds shapes [6, 6, 8] and [12, 12, 8]');
  });
});

describe("paramShapes", () => {
  it("lists every parameter in layer order", () => {
    expect([...paramShapes(smallResidual())].slice(0, 6)).toEqual([
      ["stem/kernel", [3, 3, 3, 8]],
      ["stem_norm/gamma", [8]],
      ["stem_norm/beta", [8]],
      ["stem_norm/moving_mean", [8]],
      ["stem_norm/moving_variance", [8]],
      ["depth/kernel", [3, 3, 8, 1]],
    ]);
    expect(paramShapes(smallResidual()).get("dense/kernel")).toEqual([72, 5]);
  });
});
