/** The differentiable twin of a run's quantised model, where an attack follows it. */

import type { GradientModel } from "../core/index.js";
import { gradientModel } from "../nn/index.js";
import { twinOf } from "../tflite/index.js";
import type { ChosenAttack } from "./choose.js";
import type { RunModel } from "./model.js";

/** Whether an attack asks the twin for anything. */
export function needsTwin({ attack, settings }: Pick<ChosenAttack, "attack" | "settings">): boolean {
  return attack.needsTwin === true || settings.source === "twin" || settings.finish_on === "twin";
}

/** The twin as a white box, with the float network's bounds. @throws McuEvalError MODEL_UNSUPPORTED */
export function twinModel({ parsed, float, record }: RunModel): GradientModel {
  return gradientModel(twinOf(parsed, { id: `${record.id} twin`, bounds: float.bounds }));
}
