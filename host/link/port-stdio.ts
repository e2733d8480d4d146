/** A port that is a child process: its stdin and stdout carry the bytes, its stderr is text. */

import { type ChildProcessByStdio, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import type { Readable, Writable } from "node:stream";
import type { Port, PortEnd, PortListener } from "./port.js";

/** How long a process may take to end once its stdin is closed, in milliseconds. */
const PATIENCE = 1_000;

/** Characters of stderr that are kept. */
const TAIL = 4_096;

export interface StdioOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly description: string;
  /** Matches lines of stderr that mean nothing. */
  readonly ignore?: (line: string) => boolean;
  /** Called with each other line of stderr. */
  readonly onText?: (line: string) => void;
}

/** The full path of a program on PATH, or null. A name with a slash is taken as it is. */
export function findProgram(name: string): string | null {
  const candidates = name.includes("/")
    ? [name]
    : (process.env.PATH ?? "").split(delimiter).map((folder) => join(folder, name));
  for (const candidate of candidates) {
    try {
      accessSync(candidate, constants.X_OK);
      return candidate;
    } catch {
      // The next folder may have it.
    }
  }
  return null;
}

/**
 * Starts a process and talks to it. Call it from the main thread: where setpriv is installed, the
 * kernel kills the process when the thread that started it is gone, even after a SIGKILL.
 */
export function openStdioPort(options: StdioOptions): Port {
  const setpriv = process.platform === "linux" ? findProgram("setpriv") : null;
  const guard = setpriv === null ? [] : [setpriv, "--pdeathsig", "KILL", "--"];
  const [program, ...args] = [...guard, options.command, ...options.args] as [string, ...string[]];
  // A group of its own: Ctrl-C is for us, who then end the process in order.
  const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"], detached: true });
  return new StdioPort(child, options);
}

class StdioPort implements Port {
  readonly baud = null;
  readonly description: string;
  readonly #ended: Promise<void>;
  #end: PortEnd | null = null;
  #listener: PortListener | null = null;
  #tail = "";
  #corked = false;

  constructor(
    private readonly child: ChildProcessByStdio<Writable, Readable, Readable>,
    private readonly options: StdioOptions,
  ) {
    this.description = options.description;
    // A write to a process that is gone fails here; its end is reported by "close".
    child.stdin.on("error", () => {});
    child.stderr.setEncoding("utf8");
    let line = "";
    child.stderr.on("data", (text: string) => {
      const lines = (line + text).split("\n");
      line = lines.pop() as string;
      for (const whole of lines) this.#text(whole);
    });
    this.#ended = new Promise((resolve) => {
      const end = (reason: string): void => {
        if (this.#end !== null) return;
        if (line !== "") this.#text(line);
        this.#end = { reason, tail: this.#tail.trimEnd() };
        this.#listener?.end(this.#end);
        resolve();
      };
      child.on("error", (error) => end(`the process could not be started (${error.message})`));
      // "close", not "exit": what was in stdout comes first.
      child.on("close", (code, signal) =>
        end(signal === null ? `the process ended with code ${code}` : `the process was ended by ${signal}`),
      );
    });
  }

  listen(listener: PortListener): void {
    if (this.#listener === null) this.child.stdout.on("data", (bytes: Buffer) => this.#listener?.data(bytes));
    this.#listener = listener;
    const end = this.#end;
    if (end !== null) queueMicrotask(() => listener.end(end));
  }

  write(bytes: Uint8Array): void {
    if (this.#end !== null) return;
    if (!this.#corked) {
      // One system call for all frames of a turn.
      this.#corked = true;
      this.child.stdin.cork();
      process.nextTick(() => {
        this.#corked = false;
        this.child.stdin.uncork();
      });
    }
    this.child.stdin.write(bytes);
  }

  async close(): Promise<void> {
    this.child.stdin.end();
    const timer = setTimeout(() => this.child.kill("SIGKILL"), PATIENCE);
    // Nobody may listen any more: without a reader a full pipe would keep the process.
    this.child.stdout.resume();
    await this.#ended;
    clearTimeout(timer);
  }

  #text(line: string): void {
    if (this.options.ignore?.(line)) return;
    this.#tail = `${this.#tail}${line}\n`.slice(-TAIL);
    this.options.onText?.(line);
  }
}
