export * from "./attack.js";
export * from "./deepfool.js";
export * from "./fgsm.js";
export * from "./params.js";
export { type FloatOracleOptions, floatOracle, oneHot } from "./parts/float-oracle.js";
export { crossEntropyGradient } from "./parts/loss.js";
export * from "./pgd.js";
export * from "./registry.js";
export * from "./square.js";
