export * from "./atomic.js";
export * from "./cifar10.js";
export * from "./dataset.js";
export * from "./file-error.js";
export * from "./hash.js";
export * from "./picture.js";
