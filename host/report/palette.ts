/**
 * Colours of the engines and of plot furniture, in light and dark.
 *
 * The engines' hues are Okabe and Ito's set for colour-blind readers, darkened for white paper and
 * lightened for dark screens; shapes and line styles tell the engines apart as well.
 * Plots are drawn in the light colours; the style sheet maps each of them to its variable.
 */

import type { EngineName } from "../core/index.js";

export const ENGINE_COLOURS: Readonly<Record<EngineName, { readonly light: string; readonly dark: string }>> = {
  float: { light: "#0067a5", dark: "#6cb8ee" },
  grid: { light: "#b26a00", dark: "#f0b042" },
  native: { light: "#00805c", dark: "#3ccfa0" },
  device: { light: "#c2410c", dark: "#ff8a5c" },
};

export const PLOT_COLOURS = {
  text: { light: "#3d4451", dark: "#c3c9d4" },
  axis: { light: "#8a919e", dark: "#6f7785" },
  rule: { light: "#e3e6eb", dark: "#2f343d" },
  mark: { light: "#7a8190", dark: "#8d95a3" },
} as const;

/** Lines and ticks of axes, so that none falls back on a colour without a counterpart in the dark. */
export const AXIS_LINE = { color: PLOT_COLOURS.axis.light };

/** Every pair of colours with the name of its CSS variable. */
export function colourVariables(): { name: string; light: string; dark: string }[] {
  const all = { ...ENGINE_COLOURS, ...PLOT_COLOURS };
  return Object.entries(all).map(([name, colours]) => ({
    name: name in ENGINE_COLOURS ? `engine-${name}` : `plot-${name}`,
    ...colours,
  }));
}
