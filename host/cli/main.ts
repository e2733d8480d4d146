#!/usr/bin/env node
/** The process: streams, signals, exit code. */

import { EXIT } from "../core/index.js";
import type { Io } from "./io.js";
import { runCli } from "./program.js";

const controller = new AbortController();

for (const name of ["SIGINT", "SIGTERM"] as const) {
  process.on(name, () => {
    // The second one is from somebody who will not wait.
    if (controller.signal.aborted) process.exit(EXIT.interrupted);
    controller.abort();
  });
}

// A reader that closes the pipe early (`mcu-eval boards | head -1`) is no error.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(EXIT.ok);
  throw error;
});

const io: Io = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  isTerminal: process.stderr.isTTY === true,
  columns: process.stderr.columns || 80,
  signal: controller.signal,
};

process.exitCode = await runCli(process.argv.slice(2), io);
