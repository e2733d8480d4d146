/**
 * APGD-CE: Auto-PGD on the cross-entropy.
 *
 * Source: Croce & Hein 2020, arXiv:2003.01690, section 3. With a targeted goal it descends the target's
 * cross-entropy. Departures are named in parts/apgd.ts, parts/apgd-runs.ts and parts/dlr.ts.
 */

import { defineAttack } from "./attack.js";
import { apgdParams, runApgd } from "./parts/apgd-runs.js";
import { goalOf, labelsAt } from "./parts/goal.js";
import { crossEntropyRow, towardsRow } from "./parts/row-losses.js";

export const apgdCe = defineAttack({
  id: "apgd-ce",
  title: "Auto-PGD on the cross-entropy",
  source: "Croce & Hein 2020, arXiv:2003.01690",
  family: "budget",
  norms: ["linf", "l2"],
  needs: "gradient",
  params: apgdParams,
  run: (context) =>
    runApgd(context, context.params.restarts, (_, rows) => {
      const goal = goalOf(context.goal, rows);
      const labels = labelsAt(context.labels, rows);
      return goal.kind === "targeted"
        ? (z, i, ascent) => towardsRow(z, goal.targets[i] as number, ascent)
        : (z, i, ascent) => crossEntropyRow(z, labels[i] as number, ascent);
    }),
});
