export { forwardAll } from "./activations.js";
export { type Engine, type EngineInfo, type EngineOptions, engineInfo, loadEngine, scoped } from "./engine.js";
export {
  backward,
  compile,
  disposeParams,
  forward,
  type GraphGradients,
  outputOf,
  type ParamTensors,
  type Program,
  type Trace,
  uploadParams,
} from "./executor.js";
export { foldBatchNorm } from "./fold.js";
export * from "./graph.js";
export type { Kernels, Tensor } from "./kernels.js";
export { batchStatistics } from "./layers/index.js";
export { gradientModel } from "./model.js";
export { layerShapes, paramShapes } from "./shapes.js";
export { resnet8 } from "./zoo/resnet8.js";
