/** Where things that can be fetched or built again are kept: outside the repository. */

import { homedir } from "node:os";
import { join } from "node:path";

/** A folder of the cache: `$MCU_EVAL_CACHE` or `~/.cache/mcu-eval`, then `parts`. Does not create it. */
export function cachePath(...parts: readonly string[]): string {
  const chosen = process.env.MCU_EVAL_CACHE;
  return join(chosen ? chosen : join(homedir(), ".cache", "mcu-eval"), ...parts);
}
