import { createRequire } from "node:module";
import { describeGradients } from "./gradients.js";

process.env.MCU_EVAL_ENGINE = "cpu";

// Registers the gradients of the reference's ops; tfjs-node's import does it for the other engine.
const require = createRequire(import.meta.url);
createRequire(require.resolve("@tensorflow/tfjs-node/package.json"))("@tensorflow/tfjs");

describeGradients("cpu");
