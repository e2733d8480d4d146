export * from "./batch.js";
export * from "./cache.js";
export * from "./eps.js";
export * from "./errors.js";
export * from "./grid.js";
export * from "./model.js";
export * from "./rng.js";
