/** Attacks and presets as tables. */

import { type Attack, flagName, type ParamsSchema, type Preset, type PresetAttack } from "../attacks/index.js";
import { DEFAULT_EPS } from "../eval/index.js";
import { textTable } from "./table.js";

const left = (title: string) => ({ title, align: "left" }) as const;

/** id, access, norms, defaults and source of each attack. */
export function attackTable(attacks: readonly Attack[]): string {
  const columns = ["id", "access", "finds", "norms", "defaults", "source"].map(left);
  const rows = attacks.map(({ id, needs, needsTwin, family, norms, params, source }) => [
    id,
    needsTwin ? `${needs}, twin` : needs,
    family === "budget" ? "best loss within eps" : "smallest norm",
    norms.join(", "),
    Object.entries(params)
      .map(([name, param]) => `${flagName(name)}=${param.default}`)
      .join(","),
    source,
  ]);
  return textTable(columns, rows);
}

/** One attack in full: its budgets, and each parameter with its source and the reason of its default. */
export function attackDetails({ id, title, source, family, needs, needsTwin, norms, params }: Attack): string {
  const eps =
    family === "minimal"
      ? "takes no eps: it looks for the smallest perturbation"
      : norms.map((norm) => `${norm} ${DEFAULT_EPS[norm]?.join(",") ?? "none"}`).join("; ");
  const access = needsTwin ? `${needs}, and the twin of the .tflite` : needs;
  return [
    `${id}  ${title}`,
    `  source   ${source}`,
    `  access   ${access}`,
    `  norms    ${norms.join(", ")} (default ${norms[0]})`,
    `  eps      ${eps}`,
    ...Object.entries(params as ParamsSchema).flatMap(([name, param]) => [
      `  ${flagName(name)}=${param.default}`,
      `      ${param.help}${param.kind === "choice" ? `: ${param.choices.join(", ")}` : ""}`,
      `      ${param.source}; ${param.reason}`,
    ]),
    "",
  ].join("\n");
}

/** What a preset sets, attack by attack; parameters it leaves alone have the attack's defaults. */
export function presetTable({ id, title, source, attacks }: Preset): string {
  const columns = ["id", "norm", "goal", "eps", "parameters"].map(left);
  return `${id}  ${title} (${source})\n${textTable(columns, attacks.map(presetRow))}`;
}

function presetRow({ id, norm, goal, eps, params }: PresetAttack): string[] {
  const aim = goal?.kind === "targeted" ? `targeted:${goal.target}` : "untargeted";
  const values = Object.entries(params).map(([name, value]) => `${flagName(name)}=${value}`);
  return [id, norm, aim, eps?.join(",") ?? "", values.join(",")];
}
