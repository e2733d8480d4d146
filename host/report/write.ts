/** A run folder's reports, written into it. */

import { join } from "node:path";
import { writeAtomic } from "../data/index.js";
import { junitReport } from "./junit.js";
import { loadRun } from "./load.js";
import { markdownReport } from "./markdown.js";
import { htmlReport } from "./page.js";

export interface ReportOptions {
  /** Where to write JUnit XML; none where absent. */
  readonly junit?: string | undefined;
}

export interface WrittenReports {
  readonly html: string;
  readonly markdown: string;
  readonly junit?: string;
}

/**
 * Writes `report.html` and `report.md` into a run folder, and JUnit XML where asked. It reads files alone,
 * never a device, so it may be repeated at any time, also on a run that is not complete.
 *
 * @returns the paths
 * @throws McuEvalError FILE_MISSING, FILE_INVALID, WRITE_FAILED
 */
export async function writeReports(folder: string, options: ReportOptions = {}): Promise<WrittenReports> {
  const input = await loadRun(folder);
  const paths = { html: join(folder, "report.html"), markdown: join(folder, "report.md") };
  await writeAtomic(paths.html, await htmlReport(input));
  await writeAtomic(paths.markdown, markdownReport(input));
  if (options.junit === undefined) return paths;
  await writeAtomic(options.junit, junitReport(input));
  return { ...paths, junit: options.junit };
}
