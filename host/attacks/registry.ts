/** Every attack there is; a new one is a new file and a line here. */

import { McuEvalError, nearestHint } from "../core/index.js";
import { apgdCe } from "./apgd-ce.js";
import { apgdDlr } from "./apgd-dlr.js";
import { apgdT } from "./apgd-t.js";
import type { Attack } from "./attack.js";
import { autoattack } from "./autoattack.js";
import { boundary } from "./boundary.js";
import { cwL2 } from "./cw-l2.js";
import { cwLinf } from "./cw-linf.js";
import { ddn } from "./ddn.js";
import { deepfool } from "./deepfool.js";
import { diva } from "./diva.js";
import { ead } from "./ead.js";
import { fabT } from "./fab-t.js";
import { fgsm } from "./fgsm.js";
import { fmn } from "./fmn.js";
import { geoda } from "./geoda.js";
import { hopSkipJump } from "./hop-skip-jump.js";
import { jsma } from "./jsma.js";
import { pgd } from "./pgd.js";
import { square } from "./square.js";
import { zoo } from "./zoo.js";

export const ATTACKS: readonly Attack[] = [
  apgdCe,
  apgdDlr,
  apgdT,
  autoattack,
  cwL2,
  cwLinf,
  ddn,
  deepfool,
  diva,
  ead,
  fabT,
  fgsm,
  fmn,
  jsma,
  pgd,
  square,
  boundary,
  geoda,
  hopSkipJump,
  zoo,
];

/** @throws McuEvalError ATTACK_UNKNOWN, suggesting the nearest id */
export function attackById(id: string): Attack {
  const found = ATTACKS.find((attack) => attack.id === id);
  if (found === undefined) {
    const known = ATTACKS.map((attack) => attack.id);
    throw new McuEvalError("ATTACK_UNKNOWN", `there is no attack "${id}"`, { hint: nearestHint(id, known) });
  }
  return found;
}
