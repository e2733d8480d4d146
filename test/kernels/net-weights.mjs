// Seeded weights that resemble trained ones, and seeded inputs.

import { openStream, zeros } from "../../dist/core/index.js";
import {
  batchStatistics,
  compile,
  disposeParams,
  forward,
  loadEngine,
  scoped,
  uploadParams,
} from "../../dist/nn/index.js";
import { initialParams } from "../../dist/train/index.js";

const SEED = 5;

/** Scales of a batchNorm's live channels spread log-uniformly over an order of magnitude. */
const GAMMA = [0.25, 2.5];
/** Powers of ten of a dead channel's scale: once quantised, right shifts over 22 and biases up to 2^30. */
const DEAD = [-10, -5];

/** Draws by role; kernels are the initialisation's. */
const DRAWS = {
  bias: (rng) => 0.1 * rng.normal(),
  beta: (rng) => 0.5 * rng.normal(),
  gamma(rng, dead) {
    const live = GAMMA[0] * (GAMMA[1] / GAMMA[0]) ** rng.uniform();
    const power = rng.uniform(...DEAD);
    return rng.uniform() < dead ? live * 10 ** power : live;
  },
};

/**
 * He-scaled kernels, batchNorms with spread scales, and moving statistics measured on `x`, so that activations
 * neither fade nor explode.
 *
 * @param x [N, ...input shape]
 */
export async function weightsFor(graph, dead, x) {
  const params = initialParams(graph, SEED);
  for (const [name, { data }] of params) {
    const rng = openStream(SEED, graph.id, name);
    const draw = DRAWS[name.slice(name.lastIndexOf("/") + 1)];
    if (draw) for (let i = 0; i < data.length; i++) data[i] = draw(rng, dead);
  }
  const network = { graph, params };
  await measureStatistics(network, x);
  return network;
}

/** Writes the statistics of batch `x` into the network's moving ones. */
async function measureStatistics(network, x) {
  const { graph, params } = network;
  const engine = await loadEngine();
  const uploaded = uploadParams(network, engine);
  scoped(engine, () => {
    const program = compile(graph, engine);
    const input = engine.tf.tensor(x.data, x.shape, "float32");
    const trace = forward(program, uploaded, input, graph.layers.length - 1, true);
    graph.layers.forEach(({ name, kind }, number) => {
      if (kind !== "batchNorm") return;
      const { mean, variance } = batchStatistics(trace[number]);
      params.get(`${name}/moving_mean`).data.set(mean.dataSync());
      params.get(`${name}/moving_variance`).data.set(variance.dataSync());
    });
  });
  disposeParams(uploaded);
}

/** Smooth waves under noise, within bounds. @param stream which inputs, e.g. "calibration" */
export function inputsFor(graph, kind, stream, count) {
  const [low, high] = graph.bounds;
  const shape = graph.layers[0].shape;
  const [height, width, channels] = shape.length === 3 ? shape : [1, shape[0], 1];
  const x = zeros([count, ...shape]);
  for (let n = 0; n < count; n++) {
    const rng = openStream(SEED, graph.id, stream, n);
    const noise = kind === "picture" ? 0.04 : 0.15;
    for (let c = 0, size = height * width; c < channels; c++) {
      const level = rng.uniform(0.3, 0.7);
      const waves = Array.from({ length: 3 }, () => wave(rng, height, width));
      for (let i = 0; i < size; i++) {
        const [v, h] = [Math.floor(i / width), i % width];
        let value = level + noise * rng.normal();
        for (const at of waves) value += at(v, h);
        x.data[(n * size + i) * channels + c] = low + (high - low) * Math.min(1, Math.max(0, value));
      }
    }
  }
  return x;
}

/** One sinusoid of up to four periods across, as a product of tabulated rows and columns. */
function wave(rng, height, width) {
  const amplitude = rng.uniform(0.05, 0.2);
  const table = (length) => {
    const [periods, phase] = [rng.uniform(0, 4), rng.uniform(0, 2 * Math.PI)];
    return Float64Array.from({ length }, (_, i) => Math.sin(phase + (2 * Math.PI * periods * i) / length));
  };
  const [rows, columns] = [table(height), table(width)];
  return (v, h) => amplitude * rows[v] * columns[h];
}
