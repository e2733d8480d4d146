/**
 * APGD-DLR: Auto-PGD on the difference of logits ratio, which scaling the logits does not change.
 *
 * Source: Croce & Hein 2020, arXiv:2003.01690, sections 3 and 4. Departs: with too few classes for the
 * ratio (3, or 4 with a targeted goal) it climbs the margin; a targeted goal lets the target gain on the
 * strongest other class, since the target has to pass all of them and not the label alone. Further
 * departures are named in parts/apgd.ts, parts/apgd-runs.ts and parts/dlr.ts.
 */

import { defineAttack } from "./attack.js";
import { apgdParams, runApgd } from "./parts/apgd-runs.js";
import { goalOf, labelsAt } from "./parts/goal.js";
import { differenceRow, dlrRow, dlrTowardsRow, strongestOther } from "./parts/row-losses.js";

export const apgdDlr = defineAttack({
  id: "apgd-dlr",
  title: "Auto-PGD on the difference of logits ratio",
  source: "Croce & Hein 2020, arXiv:2003.01690",
  family: "budget",
  norms: ["linf", "l2"],
  needs: "gradient",
  params: apgdParams,
  run(context) {
    const { classes } = context.model;
    const needed = context.goal.kind === "targeted" ? 4 : 3;
    const hasRatio = classes >= needed;
    if (!hasRatio) {
      context.note?.(`apgd-dlr climbs the margin: the DLR loss needs ${needed} classes, the model has ${classes}`);
    }
    return runApgd(context, context.params.restarts, (_, rows) => {
      const goal = goalOf(context.goal, rows);
      const labels = labelsAt(context.labels, rows);
      if (goal.kind === "targeted") {
        const loss = hasRatio ? dlrTowardsRow : differenceRow;
        return (z, i, ascent) => {
          const target = goal.targets[i] as number;
          return loss(z, strongestOther(z, target), target, ascent);
        };
      }
      return (z, i, ascent) => {
        const label = labels[i] as number;
        return hasRatio ? dlrRow(z, label, ascent) : differenceRow(z, label, strongestOther(z, label), ascent);
      };
    });
  },
});
