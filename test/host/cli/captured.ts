/** Streams that remember, for commands run inside the test's process. */

import type { Io } from "../../../host/cli/io.js";

export interface CapturedIo extends Io {
  outText(): string;
  errText(): string;
}

export function captured(options: Partial<Pick<Io, "isTerminal" | "columns" | "signal">> = {}): CapturedIo {
  let out = "";
  let err = "";
  return {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    isTerminal: false,
    columns: 120,
    signal: new AbortController().signal,
    ...options,
    outText: () => out,
    errText: () => err,
  };
}
