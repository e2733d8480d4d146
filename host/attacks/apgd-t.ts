/**
 * APGD-T: Auto-PGD on the targeted difference of logits ratio, one run for each of the likeliest other
 * classes.
 *
 * Source: Croce & Hein 2020, arXiv:2003.01690, sections 3 and 4 (equation 7). Departs: below 4 classes it
 * climbs the margin between the target and the label; a targeted goal leaves that target alone, which then
 * has to gain on the strongest other class. Further departures are named in parts/apgd.ts,
 * parts/apgd-runs.ts and parts/dlr.ts.
 */

import { row } from "../core/index.js";
import { defineAttack } from "./attack.js";
import { count } from "./params.js";
import { apgdParams, runApgd } from "./parts/apgd-runs.js";
import { goalOf } from "./parts/goal.js";
import { differenceRow, dlrTowardsRow, leading, strongestOther } from "./parts/row-losses.js";

export const apgdT = defineAttack({
  id: "apgd-t",
  title: "Targeted Auto-PGD",
  source: "Croce & Hein 2020, arXiv:2003.01690",
  family: "budget",
  norms: ["linf", "l2"],
  needs: "gradient",
  params: {
    ...apgdParams,
    targetClasses: count(9, 1, {
      help: "classes that are tried as targets, likeliest first; as many as there are where this is more",
      source: "Croce & Hein 2020, arXiv:2003.01690, section 6",
      reason: "the standard ensemble's: all others of 10 classes",
    }),
  },
  run(context) {
    const { model, labels, params } = context;
    const loss = model.classes >= 4 ? dlrTowardsRow : differenceRow;
    if (model.classes < 4) {
      context.note?.(`apgd-t climbs the margin: the targeted DLR loss needs 4 classes, the model has ${model.classes}`);
    }
    const isTargeted = context.goal.kind === "targeted";
    const targets = isTargeted ? 1 : Math.min(params.targetClasses, model.classes - 1);
    return runApgd(context, targets * params.restarts, (run, rows, clean) => {
      const goal = goalOf(context.goal, rows);
      if (goal.kind === "targeted") {
        return (z, i, ascent) => {
          const target = goal.targets[i] as number;
          return loss(z, strongestOther(z, target), target, ascent);
        };
      }
      const place = Math.floor(run / params.restarts);
      const pairs = rows.map((i) => {
        const label = labels[i] as number;
        const others = leading(row(clean, i), model.classes).filter((k) => k !== label);
        return [label, others[place] as number] as const;
      });
      return (z, i, ascent) => {
        const [label, target] = pairs[i] as readonly [number, number];
        return loss(z, label, target, ascent);
      };
    });
  },
});
