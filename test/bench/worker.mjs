// A child process that answers one JSON line for each JSON line it is sent.

import { spawn } from "node:child_process";
import { tmpdir } from "node:os";
import { createInterface } from "node:readline";

/** Starts the child at the first job; a child that dies answers with an error and is started anew. */
export function worker(command, args) {
  let child;
  let lines;
  const start = () => {
    const env = { ...process.env, OMP_NUM_THREADS: "1", MKL_NUM_THREADS: "1", TF_CPP_MIN_LOG_LEVEL: "2" };
    // ART's GeoDA leaves a file in the working directory.
    child = spawn(command, args, { env, cwd: tmpdir(), stdio: ["pipe", "pipe", "inherit"] });
    lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  };
  return {
    /** The child's answer, or `{error}`. */
    async ask(job) {
      if (child === undefined) start();
      child.stdin.write(`${JSON.stringify(job)}\n`);
      const { value, done } = await lines.next();
      if (!done) return JSON.parse(value);
      child = undefined;
      return { error: `${command} ${args[0]} ended in the middle of a job` };
    },
    stop() {
      child?.stdin.end();
    },
  };
}
