import { describeGradients } from "./gradients.js";

describeGradients("tensorflow");
