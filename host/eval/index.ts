export type { LoadedModel, RunModel } from "./model.js";
export type { RunRequest } from "./request.js";
export type { RequirementResult } from "./requirement.js";
export { type RunListener, type RunOptions, type RunOutcome, runPlan } from "./run-plan.js";
