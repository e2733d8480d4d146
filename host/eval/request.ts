/** What the user asked for, and the settings that name every choice. */

import { canonicalJson, type RunSettings, sha256Of } from "../data/index.js";
import type { ChoiceRequest, ChosenAttack } from "./choose.js";

export interface RunRequest extends ChoiceRequest {
  readonly board: string;
  /** Id of a model folder, or a path. */
  readonly model: string;
  /** Folder of the float network that stands in for the model's own. */
  readonly float?: string | undefined;
  /** e.g. "cifar10:test". */
  readonly data: string;
  /** First sample of the split, and number of samples. */
  readonly offset: number;
  readonly n: number;
  readonly seed: number;
  /** Samples generated together. */
  readonly batch: number;
}

/** The settings a run is compared by when it is resumed. */
export function settingsOf(request: RunRequest, attacks: readonly ChosenAttack[]): RunSettings {
  const { board, model, float, data, offset, n, seed, batch, grid, maxMinutes } = request;
  return {
    board,
    model,
    ...(float !== undefined && { float }),
    data,
    offset,
    n,
    seed,
    batch,
    grid,
    ...(maxMinutes !== undefined && { max_minutes: maxMinutes }),
    attacks: attacks.map(({ settings }) => settings),
  };
}

/** Digits of the hash in a run's id. */
const ID_DIGITS = 8;

/** Attacks that a run's id names one by one. */
const NAMED = 3;

/** A run's id: readable, and the same for the same settings, so that the same command finds its run again. */
export function runIdOf(settings: RunSettings, modelId: string): string {
  const ids = [...new Set(settings.attacks.map(({ id }) => id))];
  const attacks = ids.length > NAMED ? `${ids.length}-attacks` : ids.join("-") || "clean";
  return `${modelId}-${settings.board}-${attacks}-${sha256Of(canonicalJson(settings)).slice(0, ID_DIGITS)}`;
}
