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
import { fabOverTargets, fabParams } from "./parts/fab-targets.js";

export const fabT = defineAttack({
  id: "fab-t",
  title: "Targeted fast adaptive boundary attack",
  source: "Croce & Hein 2020, arXiv:1907.02044",
  family: "minimal",
  norms: ["linf", "l2"],
  needs: "gradient",
  params: fabParams,
  async run(context) {
    const { points, norms } = await fabOverTargets(context, new Float64Array(context.labels.length));
    const size = points.data.length / norms.length;
    for (const [i, norm] of norms.entries()) {
      if (norm === Number.POSITIVE_INFINITY) points.data.fill(Number.NaN, i * size, (i + 1) * size);
    }
    return [points];
  },
});
