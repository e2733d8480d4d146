export { type ReadTfjsOptions, readTfjsLayers } from "./tfjs-read.js";
export { writeTfjsLayers } from "./tfjs-write.js";
