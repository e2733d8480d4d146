/** Where a run without a folder of its own goes. */

import { readdir } from "node:fs/promises";
import { join } from "node:path";

/**
 * The folder `<root>/<id>`, or `<root>/<id>-2` and so on for the next run of the same settings.
 *
 * @param resume the latest run of these settings instead, where there is one
 */
export async function nextRunFolder(root: string, id: string, resume: boolean): Promise<string> {
  const there = new Set(await readdir(root).catch(() => []));
  const nameOf = (number: number): string => (number === 1 ? id : `${id}-${number}`);
  let free = 1;
  while (there.has(nameOf(free))) free++;
  return join(root, nameOf(resume && free > 1 ? free - 1 : free));
}
