import { describe, expect, it } from "vitest";
import { sizeOf } from "../../../host/core/index.js";
import { foldBatchNorm, forwardAll, type Graph, layerShapes, paramShapes, resnet8 } from "../../../host/nn/index.js";
import { chain, dense, smallResidual } from "./graphs.js";
import { randomFloats, randomParams, relativeGap } from "./reference.js";

function batch(graph: Graph, count: number) {
  const shape = [count, ...(layerShapes(graph).get("input") ?? [])];
  return { data: randomFloats(sizeOf(shape), 3), shape };
}

const norm = { kind: "batchNorm", epsilon: 1e-3, momentum: 0.9 } as const;

describe("foldBatchNorm", () => {
  for (const graph of [
    smallResidual(),
    resnet8(),
    chain("dense", [6], dense, norm, { kind: "activation", activation: "relu6" }),
  ]) {
    it(`leaves the function of ${graph.id} as it was`, async () => {
      const network = { graph, params: randomParams(graph, 11) };
      const folded = foldBatchNorm(network);
      const x = batch(graph, 3);
      for (const end of ["logits", "output"] as const) {
        const before = (await forwardAll(network, x, [graph[end]])).get(graph[end]);
        const after = (await forwardAll(folded, x, [folded.graph[end]])).get(folded.graph[end]);
        expect(relativeGap(after?.data ?? [], before?.data ?? [])).toBeLessThan(1e-5);
      }
    });
  }

  it("gives ResNet-8 the published layers and count of parameters", () => {
    const folded = foldBatchNorm({ graph: resnet8(), params: randomParams(resnet8(), 1) });
    const kinds = folded.graph.layers.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "conv2d")).toHaveLength(9);
    expect(kinds.filter((kind) => kind === "add")).toHaveLength(3);
    expect(kinds).not.toContain("batchNorm");
    expect(kinds).not.toContain("activation");
    expect([...folded.params.values()].reduce((sum, { data }) => sum + data.length, 0)).toBe(77_706);
    expect(new Map([...folded.params].map(([key, { shape }]) => [key, shape]))).toEqual(paramShapes(folded.graph));
  });

  it("moves a rectifier into the layer before it", () => {
    const { graph } = foldBatchNorm({ graph: smallResidual(), params: randomParams(smallResidual(), 1) });
    expect(graph.layers.find(({ name }) => name === "stem")).toMatchObject({ useBias: true, activation: "relu" });
    expect(graph.layers.find(({ name }) => name === "max")?.inputs).toEqual(["stem"]);
  });

  it("does not touch the network it is given", () => {
    const network = { graph: smallResidual(), params: randomParams(smallResidual(), 1) };
    const copy = structuredClone(network);
    foldBatchNorm(network);
    expect(network).toEqual(copy);
  });

  it("refuses a norm that follows no linear layer", () => {
    const graph = chain("norm first", [6, 6, 3], norm);
    expect(() => foldBatchNorm({ graph, params: randomParams(graph, 1) })).toThrow(
      'batchNorm "batchNorm_0" follows input "input", expected a linear conv or dense layer that nothing else reads',
    );
  });

  it("refuses a norm whose input something else reads too", () => {
    const graph = smallResidual();
    const shared = {
      ...graph,
      layers: graph.layers.map((layer) =>
        layer.name === "sum" ? { ...layer, inputs: ["depth_norm", "depth"] } : layer,
      ),
    };
    expect(() => foldBatchNorm({ graph: shared, params: randomParams(shared, 1) })).toThrow(/"depth_norm" follows/);
  });
});
