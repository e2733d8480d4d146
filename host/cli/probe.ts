/** Asks installed programs for their version. */

import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** Programs that do not answer within this time count as missing, in milliseconds. */
const PATIENCE = 10_000;

/** The first version number in a program's output, or null when it cannot be run. */
export async function versionOf(program: string, ...args: readonly string[]): Promise<string | null> {
  try {
    const { stdout, stderr } = await run(program, [...args], { timeout: PATIENCE });
    return /\d+(?:\.\d+)+/.exec(stdout || stderr)?.[0] ?? "present";
  } catch {
    return null;
  }
}
