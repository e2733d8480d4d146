export { calibrate } from "./calibrate.js";
export { quantizeInt8, quantizeInt16x8 } from "./convert.js";
export { inputGrid, inputTensor, logitsTensor, outputGrid, outputTensor } from "./io.js";
export type { Ranges } from "./lower.js";
export { macsOf } from "./macs.js";
export {
  bytesPerElement,
  type OperatorOptions,
  type TfliteModel,
  type TfliteOperator,
  type TfliteQuantization,
  type TfliteTensor,
} from "./model.js";
export { modelCrc, readTflite } from "./read.js";
export type { TensorType } from "./schema.js";
export type { Range } from "./scheme.js";
export { type TwinOptions, twinOf } from "./twin.js";
export { writeTflite } from "./write.js";
