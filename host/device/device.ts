/** A board, opened: what the rest of the host knows of devices. */

import { createRequire } from "node:module";
import { isMcuEvalError, McuEvalError } from "../core/index.js";
import { crc32, Kind, type LinkCounters, type Port, type Received, wire } from "../link/index.js";
import { type Board, readBoard } from "./boards.js";
import { modelFailure, noProfile } from "./failure.js";
import type { Hello } from "./hello.js";
import { Inference, type InferRequest, type InferResult, type ProfileRequest } from "./inference.js";
import { launchBoard } from "./launch.js";
import type { ProfileRun } from "./profile.js";
import { composeRegion, emptyRegion } from "./region.js";
import { Session } from "./session.js";
import { TIMING, type Timing } from "./timing.js";
import { Turns } from "./turns.js";

export interface DeviceStats {
  /** The device's end of the link, when it encoded these statistics. */
  readonly link: LinkCounters;
  /** This end at the same moment: for compareCounters(). */
  readonly host: LinkCounters;
  /** Since boot. */
  readonly invokes: number;
  /** Replies that the device sent again. */
  readonly replays: number;
  readonly stackHighWater: number;
  readonly stackBytes: number;
  readonly arenaUsed: number;
  /** Allocated after initialisation: 0. */
  readonly heapBytes: number;
}

export interface Device {
  readonly hello: Hello;
  /** Overlapped inferences that may be asked for at once and keep the board busy without a gap; 1: it has none. */
  readonly depth: number;
  /** Runs one input; calls that overlap are in flight together where mode and board permit it, else one by one. */
  infer(request: InferRequest): Promise<InferResult>;
  /** Runs one input with a count for each operator. @throws McuEvalError DEVICE_ERROR without CAP_PROFILE */
  profile(request: ProfileRequest): Promise<ProfileRun>;
  stats(): Promise<DeviceStats>;
  /** Boots the board anew, which ends this session. */
  reset(): Promise<void>;
  /** This end of the link, since it was opened. */
  counters(): LinkCounters;
  /** Inputs that had to be sent again, in whole or in part. */
  repairs(): number;
  /** Ends the session and the process behind it. */
  close(): Promise<void>;
}

export interface SessionSettings {
  /** Called with each line that the board logs, and with what an emulator writes beside the link. */
  readonly log?: (level: string, text: string) => void;
  /** Ends all waits with INTERRUPTED; close() stays the caller's to call. */
  readonly signal?: AbortSignal;
  readonly timing?: Partial<Timing>;
  /** False: a board without a runnable model is opened too; `hello.status` says why. */
  readonly requireReady?: boolean;
}

export interface OpenOptions extends SessionSettings {
  /** Id of a board file. */
  readonly board: string;
  /** The .tflite for its model region; without it the region is empty. */
  readonly model?: Uint8Array;
  /** Path of another image than the one `make firmware` built. */
  readonly firmware?: string;
}

/**
 * Starts a board with a model, and says Hello.
 *
 * @throws McuEvalError BOARD_UNKNOWN, TOOL_MISSING, DEVICE_OPEN, DEVICE_LOST, LINK_TIMEOUT, LINK_VERSION,
 * LINK_CORRUPT, MODEL_UNSUPPORTED, MODEL_TOO_LARGE, HASH_MISMATCH, INTERRUPTED
 */
export async function openDevice(options: OpenOptions): Promise<Device> {
  const board = readBoard(options.board);
  const { model, firmware, log } = options;
  const port = launchBoard(board, {
    region: model === undefined ? emptyRegion() : composeRegion(model, board.model_region.bytes),
    ...(firmware === undefined ? {} : { firmware }),
    ...(log === undefined ? {} : { onText: (line) => log("PROCESS", line) }),
  });
  return openSession(port, options, (hello) => {
    checkBoard(board, hello);
    if (model !== undefined && hello.status !== "MODEL_CRC") checkModel(board, model, hello);
  });
}

/**
 * Says Hello on a port; the port is closed where that fails.
 *
 * @param check throws where the Hello is not the one that was expected
 */
export async function openSession(
  port: Port,
  settings: SessionSettings = {},
  check: (hello: Hello) => void = () => {},
): Promise<Device> {
  const session = new Session(port, {
    host: `mcu-eval ${packageVersion()}`,
    timing: { ...TIMING, ...settings.timing },
    ...(settings.log ? { log: settings.log } : {}),
  });
  const { signal } = settings;
  const abort = (): void =>
    session.fail(new McuEvalError("INTERRUPTED", `interrupted while ${port.description} was in use`));
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted) abort();
  const close = async (): Promise<void> => {
    signal?.removeEventListener("abort", abort);
    session.fail(new McuEvalError("DEVICE_LOST", `${port.description} is closed`));
    await port.close();
  };
  try {
    await session.open();
    check(session.hello);
    const failure = modelFailure(port.description, session.hello);
    if (failure !== null && settings.requireReady !== false) throw failure;
    return makeDevice(session, close);
  } catch (error) {
    await close();
    throw error;
  }
}

function makeDevice(session: Session, close: () => Promise<void>): Device {
  const inference = new Inference(session);
  const turns = new Turns(inference.depth);
  const { hello } = session;
  const assertReady = (): void => {
    const failure = modelFailure(session.what, hello);
    if (failure !== null) throw failure;
  };
  return {
    hello,
    depth: inference.depth,
    infer: (request) => {
      const run = async (): Promise<InferResult> => {
        assertReady();
        return inference.run(request);
      };
      return inference.sharesDevice(request) ? turns.beside(run) : turns.alone(run);
    },
    profile: (request) =>
      turns.alone(async () => {
        assertReady();
        if (!hello.capabilities.includes("CAP_PROFILE")) throw noProfile(session.what, hello);
        return inference.profile(request);
      }),
    stats: () =>
      turns.alone(async () => {
        const reply = await session.request(Kind.STATS, {});
        if (reply.kind !== Kind.STATS_REPLY)
          throw new McuEvalError("LINK_CORRUPT", `${session.what} answered STATS otherwise`);
        return describeStats(reply, session.countersAtStats);
      }),
    reset: () =>
      turns.alone(async () => {
        await session.request(Kind.RESET, { kind: wire.ResetKind.RESET_SYSTEM }).catch((error: unknown) => {
          // It may be gone before its reply is out.
          if (!isMcuEvalError(error, "DEVICE_LOST")) throw error;
        });
        session.fail(new McuEvalError("DEVICE_LOST", `${session.what} was told to reset`));
      }),
    counters: () => ({ ...session.link.counters }),
    repairs: () => inference.repairs,
    close,
  };
}

function describeStats(reply: Received & { kind: wire.Kind.STATS_REPLY }, counters: LinkCounters): DeviceStats {
  const plain = wire.StatsReply.toObject(reply.body, { defaults: true }) as Omit<DeviceStats, "host">;
  // The device counted before it sent this reply.
  const host = {
    ...counters,
    framesReceived: counters.framesReceived - 1,
    bytesReceived: counters.bytesReceived - reply.wireBytes,
  };
  return { ...plain, host };
}

function checkBoard(board: Board, hello: Hello): void {
  if (hello.board === board.id) return;
  throw new McuEvalError("DEVICE_OPEN", `the firmware was built for board "${hello.board}", expected "${board.id}"`, {
    hint: `Run: make firmware BOARD=${board.id}`,
  });
}

function checkModel(board: Board, model: Uint8Array, hello: Hello): void {
  const crc = crc32(model);
  if (hello.status === "NO_MODEL" || (hello.modelCrc === crc && hello.modelBytes === model.length)) return;
  throw new McuEvalError(
    "HASH_MISMATCH",
    `board ${board.id} holds a model of ${hello.modelBytes} bytes with CRC-32 ${hello.modelCrc.toString(16)}, ` +
      `expected ${model.length} bytes with ${crc.toString(16)}`,
  );
}

function packageVersion(): string {
  const { version } = createRequire(import.meta.url)("../../package.json") as { version: string };
  return version;
}
