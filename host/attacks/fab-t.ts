/**
 * FAB-T: the fast adaptive boundary attack, one walk for each of the likeliest other classes.
 *
 * Source: Croce & Hein 2020, arXiv:1907.02044, section 3, in the targeted version of Croce & Hein 2020,
 * arXiv:2003.01690, section 5. Departs: the smallest perturbation over all classes is kept (the ensemble's
 * code keeps the first one within its eps); one start at the clean sample, no random ones; a targeted goal
 * leaves that target alone, which has to pass the strongest other class at each point and not the label
 * alone; for the projection and the final search see parts/fab-projection.ts and parts/fab-targets.ts.
 */

import { defineAttack } from "./attack.js";
import { count, number } from "./params.js";
import { fabOverTargets } from "./parts/fab-targets.js";

const PAPER = "Croce & Hein 2020, arXiv:1907.02044";
const ENSEMBLE = "Croce & Hein 2020, arXiv:2003.01690, section 6";

export const fabT = defineAttack({
  id: "fab-t",
  title: "Targeted fast adaptive boundary attack",
  source: PAPER,
  family: "minimal",
  norms: ["linf", "l2"],
  needs: "gradient",
  params: {
    steps: count(100, 1, { help: "iterations a class", source: ENSEMBLE, reason: "the standard ensemble's" }),
    targetClasses: count(9, 1, {
      help: "classes that are tried as targets, likeliest first; as many as there are where this is more",
      source: ENSEMBLE,
      reason: "the standard ensemble's: all others of 10 classes",
    }),
    alphaMax: number(0.1, 0, 1, {
      help: "largest weight of the clean sample's projection in a step",
      source: `${PAPER}, section 4`,
      reason: "the paper's",
    }),
    overshoot: number(1.05, 1, 10, {
      help: "factor by which a step goes beyond the projection",
      source: `${PAPER}, section 4`,
      reason: "the paper's",
    }),
    backward: number(0.9, 0, 1, {
      help: "where a fooling point continues from: this share of its way from the clean sample",
      source: `${PAPER}, section 4`,
      reason: "the paper's",
    }),
    searchSteps: count(3, 0, {
      help: "steps of the final search between the clean sample and the point found",
      source: `${PAPER}, section 3.3`,
      reason: "the paper's; the ensemble's code leaves it out",
    }),
  },
  async run(context) {
    const { points, norms } = await fabOverTargets(context, new Float64Array(context.labels.length));
    const size = points.data.length / norms.length;
    for (const [i, norm] of norms.entries()) {
      if (norm === Number.POSITIVE_INFINITY) points.data.fill(Number.NaN, i * size, (i + 1) * size);
    }
    return [points];
  },
});
