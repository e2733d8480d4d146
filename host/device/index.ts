export type { CounterFinding, LinkCounters } from "../link/index.js";
export { compareCounters } from "../link/index.js";
export * from "./boards.js";
export * from "./device.js";
export type { Fault, Hello, TensorInfo } from "./hello.js";
export { tensorBytes } from "./hello.js";
export type { InferRequest, InferResult } from "./inference.js";
export { composeRegion } from "./region.js";
export { TIMING, type Timing } from "./timing.js";
