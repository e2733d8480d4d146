/** The engines of a run, opened: the board under test, and the native build to compare it with. */

import { isMcuEvalError, McuEvalError, type QuantArray } from "../core/index.js";
import type { BoardRecord, SessionRecord } from "../data/index.js";
import {
  type Board,
  compareCounters,
  type Device,
  type Hello,
  type InferResult,
  openDevice,
  readBoard,
} from "../device/index.js";
import type { Answer, Asker } from "./asker.js";
import { createPool, type Runner } from "./pool.js";
import { snakeCase } from "./snake-case.js";

/** The board that is the firmware as a process of this machine. */
const NATIVE = "native";

export interface EnginesOptions {
  /** Board under test. */
  readonly board: string;
  /** The .tflite. */
  readonly model: Uint8Array;
  /** Further quantised files of the model, for the native build, by role. */
  readonly others?: Readonly<Record<string, Uint8Array>>;
  /** Processes side by side, where the board is a process. */
  readonly jobs: number;
  /** Processes of the native build beside another board; attacks that ask it keep more than one busy. */
  readonly natives?: number;
  readonly log: (line: string) => void;
  /** Told what the user must see. */
  readonly warn: (line: string) => void;
  readonly signal: AbortSignal;
  /** For tests: opens one board. */
  readonly open?: typeof openDevice;
}

export interface Engines {
  readonly device: Asker;
  /** Absent where the board under test is the native build itself. */
  readonly native?: Asker;
  /** The native build on the model's further files, by role; those that it cannot run are absent. */
  readonly others: Readonly<Record<string, Asker>>;
  readonly boards: { readonly device: BoardRecord; readonly native?: BoardRecord };
  /** The first board's words on itself. */
  readonly hello: Hello;
  /** Counters of both ends of each link; the device's end is absent where it no longer answers. */
  links(): Promise<{ readonly links: NonNullable<SessionRecord["links"]>; readonly unequal: readonly string[] }>;
  close(): Promise<void>;
}

interface Opened {
  readonly board: Board;
  readonly process: number;
  /** Role of a further file of the model. */
  readonly role?: string;
  readonly device: Device;
}

/**
 * Opens the board under test, as many times as asked, and the native build beside it.
 *
 * @throws McuEvalError as openDevice; what was opened is closed again
 */
export async function openEngines(options: EnginesOptions): Promise<Engines> {
  const { board, model, others = {}, log, signal, open = openDevice } = options;
  const under = readBoard(board);
  const wanted: Omit<Opened, "device" | "process">[] = [
    ...Array.from({ length: under.kind === "real" ? 1 : options.jobs }, () => ({ board: under })),
    ...Array.from({ length: board === NATIVE ? 0 : (options.natives ?? 1) }, () => ({ board: readBoard(NATIVE) })),
    ...Object.keys(others).map((role) => ({ board: readBoard(NATIVE), role })),
  ];
  const attempts = await Promise.allSettled(
    wanted.map(async ({ board: one, role }, process): Promise<Opened | null> => {
      const tell = (level: string, text: string): void => log(`${one.id} ${process}: ${level.toLowerCase()}: ${text}`);
      const file = role === undefined ? model : (others[role] as Uint8Array);
      try {
        const device = await open({ board: one.id, model: file, log: tell, signal });
        return { board: one, process, device, ...(role !== undefined && { role }) };
      } catch (error) {
        if (role === undefined || !isMcuEvalError(error, "MODEL_UNSUPPORTED", "MODEL_TOO_LARGE")) throw error;
        options.warn(`the model's file ${role} is left out, the native build cannot run it: ${error.message}`);
        return null;
      }
    }),
  );
  const opened = attempts.flatMap((attempt) => (attempt.status === "fulfilled" ? (attempt.value ?? []) : []));
  const close = async (): Promise<void> => {
    await Promise.all(opened.map(({ device }) => device.close()));
  };
  const failed = attempts.find((attempt) => attempt.status === "rejected");
  if (failed) {
    await close();
    throw failed.reason;
  }
  const of = (id: string): Opened[] => opened.filter((one) => one.board.id === id && one.role === undefined);
  const natives = board === NATIVE ? [] : of(NATIVE);
  return {
    device: askerOf(of(board)),
    ...(natives.length > 0 && { native: askerOf(natives) }),
    others: Object.fromEntries(opened.flatMap((one) => (one.role === undefined ? [] : [[one.role, askerOf([one])]]))),
    boards: { device: boardRecord(of(board)[0]), ...(natives.length > 0 && { native: boardRecord(natives[0]) }) },
    hello: (of(board)[0] as Opened).device.hello,
    links: () => linksOf(opened),
    close,
  };
}

interface Question {
  readonly sample: number;
  readonly input: QuantArray;
  /** Told by an oracle's query: nothing is counted. */
  readonly isQuery: boolean;
  /** A tensor to be reported beside the outputs. */
  readonly tensor?: number | undefined;
}

function askerOf(opened: readonly Opened[]): Asker {
  const [{ board, device }] = opened as readonly [Opened, ...Opened[]];
  const pool = createPool(opened.map((one) => runnerOf(one.device)));
  const { clockSource } = device.hello;
  return {
    measuredOn: kindOf(board),
    ...(clockSource === "none" ? {} : { clockSource }),
    width: opened.length * device.depth,
    reportsTensors: device.hello.capabilities?.includes("CAP_REPORT_TENSOR") ?? false,
    async ask(sample, input) {
      return answerOf(await pool.run({ sample, input, isQuery: false }), device.hello);
    },
    async query(sample, input, tensor) {
      const { outputs } = await pool.run({ sample, input, isQuery: true, tensor });
      // What was asked for comes behind the model's own outputs.
      return outputOf(outputs.at(tensor === undefined ? 0 : -1), sample).data;
    },
    stop: pool.stop,
  };
}

function runnerOf(device: Device): Runner<Question, InferResult> {
  return {
    depth: device.depth,
    run({ sample, input, isQuery, tensor }) {
      const bytes = new Uint8Array(input.buffer, input.byteOffset, input.byteLength);
      return device.infer({
        sample,
        input: bytes,
        // Only exclusive ones count instructions, where the board counts any.
        mode: isQuery || device.hello.clockSource === "none" ? "overlapped" : "exclusive",
        ...(tensor === undefined ? {} : { reportTensors: [tensor] }),
      });
    },
  };
}

function outputOf<T>(output: T | undefined, sample: number): T {
  if (output === undefined) throw new McuEvalError("INTERNAL", `the device returned no output for sample ${sample}`);
  return output;
}

function answerOf(result: InferResult, { clockSource }: Hello): Answer {
  const output = outputOf(result.outputs[0], result.sample);
  const { ticks, irqTicks } = result;
  return {
    output: output.data,
    outputCrc: output.crc,
    inputCrc: result.inputCrc,
    mode: result.mode,
    ...(ticks === undefined ? {} : isEmulatedClock(clockSource) ? { instructions: ticks } : { cycles: ticks }),
    ...(irqTicks === undefined ? {} : { irqCycles: irqTicks }),
  };
}

/** Whether a clock counts instructions; others count cycles. */
export function isEmulatedClock(clockSource: string): boolean {
  return clockSource === "qemu-icount" || clockSource === "renode-virtual";
}

export function kindOf(board: Board): BoardRecord["kind"] {
  return ({ native: "native", emulated: "emulator", real: "device" } as const)[board.kind];
}

/** A board's Hello but for what differs from boot to boot: a resumed run compares it. */
function boardRecord(opened: Opened | undefined): BoardRecord {
  const { board, device } = opened as Opened;
  const { bootNonce, resetCause, fault, ...hello } = device.hello;
  return {
    id: board.id,
    kind: kindOf(board),
    transport: board.link.transport,
    hello: snakeCase(hello) as BoardRecord["hello"],
  };
}

async function linksOf(opened: readonly Opened[]): ReturnType<Engines["links"]> {
  const unequal: string[] = [];
  const links = await Promise.all(
    opened.map(async ({ board, process, device }) => {
      const { bootNonce, resetCause, fault } = device.hello;
      const boot = { boot_nonce: bootNonce, reset_cause: resetCause, ...(fault && { fault: snakeCase(fault) }) };
      const stats = await device.stats().catch(() => null);
      if (stats === null) return { board: board.id, process, host: numbers(device.counters()), boot };
      for (const { name, host, device: other } of compareCounters(stats.host, stats.link)) {
        unequal.push(`${board.id} ${process}: ${name}: ${host} by the host's count, ${other} by the device's`);
      }
      const { link, host, ...rest } = stats;
      return {
        board: board.id,
        process,
        host: numbers(host),
        device: numbers(link),
        boot: { ...boot, ...(snakeCase(rest) as object) },
      };
    }),
  );
  return { links, unequal };
}

function numbers(counters: object): Record<string, number> {
  return snakeCase(counters) as Record<string, number>;
}
