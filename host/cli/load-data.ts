/** A data set by its name. */

import { McuEvalError } from "../core/index.js";
import { type Dataset, loadCifar10, type RowRange } from "../data/index.js";

/** @param source `cifar10:train` or `cifar10:test` @throws McuEvalError USAGE, and those of the loader */
export async function loadData(source: string, range: RowRange, log: (line: string) => void): Promise<Dataset> {
  const [name, split = "test"] = source.split(":");
  if (name === "cifar10" && (split === "train" || split === "test")) return loadCifar10(split, { ...range, log });
  throw new McuEvalError("USAGE", `there is no data set "${source}"`, { hint: "Known: cifar10:train, cifar10:test." });
}
