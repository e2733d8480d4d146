export * from "./attack.js";
export * from "./fgsm.js";
export * from "./params.js";
export * from "./pgd.js";
export * from "./registry.js";
