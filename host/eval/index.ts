export { ALL, type AttackRequest } from "./choose.js";
export { DEFAULT_EPS } from "./choose-eps.js";
export type { LoadedModel, RunModel } from "./model.js";
export { type ProfileOptions, profileModel } from "./profile.js";
export type { RunRequest } from "./request.js";
export type { RequirementResult } from "./requirement.js";
export { type RunOptions, runPlan } from "./run-plan.js";
export type { RunListener, RunOutcome } from "./run-work.js";
export { type GoalRequest, TARGET_RULES } from "./targets.js";
