export * from "./distortion.js";
export * from "./ensemble.js";
export * from "./interval.js";
export * from "./mcnemar.js";
export * from "./rates.js";
export * from "./sanity.js";
export * from "./spread.js";
export * from "./summary.js";
