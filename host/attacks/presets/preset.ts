/** Whole tables of attack settings that belong together, as data. */

import type { Norm } from "../../core/index.js";
import type { ParamValues } from "../params.js";

/** One attack of a preset. What it does not name is the attack's default. */
export interface PresetAttack {
  readonly id: string;
  readonly norm: Norm;
  readonly goal?: { readonly kind: "untargeted" } | { readonly kind: "targeted"; readonly target: string };
  /** Budgets as a user would enter them; absent for attacks that look for the smallest perturbation. */
  readonly eps?: readonly string[];
  /** By the names in code. */
  readonly params: ParamValues;
}

export interface Preset {
  readonly id: string;
  readonly title: string;
  /** Authors, year, arXiv number, and where in the paper or its artefact. */
  readonly source: string;
  readonly attacks: readonly PresetAttack[];
}
