export * from "./headline.js";
export * from "./junit.js";
export * from "./load.js";
export * from "./markdown.js";
export * from "./page.js";
export * from "./table.js";
export * from "./tables-results.js";
export * from "./write.js";
