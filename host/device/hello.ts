/** What a board says of itself, as a plain object for results and messages. */

import { wire } from "../link/index.js";

export interface TensorInfo {
  /** Tensor index in the model's subgraph. */
  readonly index: number;
  /** As in TFLite, lower case: "int8". */
  readonly type: string;
  readonly shape: readonly number[];
  readonly scale: number;
  readonly zeroPoint: number;
  readonly name: string;
}

export interface Fault {
  /** As in the wire's FaultKind: "HARD_FAULT". */
  readonly kind: string;
  readonly pc: number;
  readonly lr: number;
  readonly status: number;
  readonly address: number;
  /** The request being served, 0 for none. */
  readonly seq: number;
}

export interface Hello {
  readonly protocol: number;
  readonly bootNonce: number;
  /** Build id of the image. */
  readonly firmware: string;
  readonly resetCause: string;
  /** The latest fault since power-on, or null; it led to the last reset if resetCause is FAULT_RESET or WATCHDOG. */
  readonly fault: Fault | null;
  readonly runtime: string;
  readonly board: string;
  readonly core: string;
  readonly clockHz: number;
  /** As in board files. */
  readonly clockSource: "none" | "dwt" | "systick" | "qemu-icount" | "renode-virtual";
  readonly maxFrame: number;
  readonly rxWindow: number;
  readonly replyWindow: number;
  readonly stagingBytes: number;
  readonly stagingSlots: number;
  /** As in the wire's Capability: "CAP_RESET". */
  readonly capabilities: readonly string[];
  /** As in the wire's InitStatus: "READY". */
  readonly status: string;
  readonly statusDetail: string;
  readonly modelCrc: number;
  readonly modelBytes: number;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly arenaUsed: number;
  /** The part of arenaUsed that kernels need only while they run. */
  readonly scratchBytes: number;
  readonly arenaBytes: number;
  readonly arenaPlacement: string;
  readonly operators: readonly {
    readonly builtinCode: number;
    readonly version: number;
    /** Lower case: "reference". */
    readonly kernels: string;
    readonly count: number;
  }[];
}

/** The name of a number of an enum; the number itself where a newer firmware knows more. */
export function nameOf(names: object, value: number): string {
  return String((names as Record<number, string | undefined>)[value] ?? value);
}

/** A name without its prefix, in lower case and with dashes. */
function plain(name: string, prefix: string): string {
  return name.replace(prefix, "").toLowerCase().replaceAll("_", "-");
}

/** A kernel set of the wire, as in Hello.operators. */
export function kernelSetOf(value: number): string {
  return plain(nameOf(wire.KernelSet, value), "KERNELS_");
}

function tensor(info: wire.TensorInfo.$Properties): TensorInfo {
  return {
    index: info.index ?? 0,
    type: plain(nameOf(wire.TensorType, info.type ?? 0), "TYPE_"),
    shape: [...(info.shape ?? [])],
    scale: info.scale ?? 0,
    zeroPoint: info.zeroPoint ?? 0,
    name: info.name ?? "",
  };
}

/** Translates a HelloReply. */
export function describeHello(reply: wire.HelloReply): Hello {
  const { fault } = reply;
  return {
    protocol: reply.protocol,
    bootNonce: reply.bootNonce,
    firmware: reply.firmware,
    resetCause: nameOf(wire.ResetCause, reply.resetCause),
    fault: fault
      ? {
          kind: nameOf(wire.FaultKind, fault.kind ?? 0),
          pc: fault.pc ?? 0,
          lr: fault.lr ?? 0,
          status: fault.status ?? 0,
          address: fault.address ?? 0,
          seq: fault.seq ?? 0,
        }
      : null,
    runtime: reply.runtime,
    board: reply.board,
    core: reply.core,
    clockHz: reply.clockHz,
    clockSource: plain(nameOf(wire.ClockSource, reply.clockSource), "CLOCK_") as Hello["clockSource"],
    maxFrame: reply.maxFrame,
    rxWindow: reply.rxWindow,
    replyWindow: reply.replyWindow,
    stagingBytes: reply.stagingBytes,
    stagingSlots: reply.stagingSlots,
    capabilities: reply.capabilities.map((capability) => nameOf(wire.Capability, capability)),
    status: nameOf(wire.InitStatus, reply.status),
    statusDetail: reply.statusDetail,
    modelCrc: reply.modelCrc,
    modelBytes: reply.modelBytes,
    inputs: reply.inputs.map(tensor),
    outputs: reply.outputs.map(tensor),
    arenaUsed: reply.arenaUsed,
    scratchBytes: reply.scratchBytes,
    arenaBytes: reply.arenaBytes,
    arenaPlacement: reply.arenaPlacement,
    operators: reply.operators.map((operator) => ({
      builtinCode: operator.builtinCode ?? 0,
      version: operator.version ?? 0,
      kernels: kernelSetOf(operator.kernels ?? 0),
      count: operator.count ?? 0,
    })),
  };
}

/** What the wire asks of each device; the flow of bytes would not end with less. */
export function boundsFailure(hello: Hello): string | null {
  const bounds = [
    ["max_frame", hello.maxFrame, 256],
    // A whole frame with its delimiter, and the room kept for a Sync.
    ["rx_window", hello.rxWindow, hello.maxFrame + 33],
    ["reply_window", hello.replyWindow, 4],
  ] as const;
  const broken = bounds.find(([, value, least]) => value < least);
  return broken === undefined ? null : `${broken[0]} ${broken[1]}, which must be ${broken[2]} at least`;
}

/** Bytes of an element of each tensor type. */
const ELEMENT_BYTES: Readonly<Record<string, number>> = { int8: 1, uint8: 1, int16: 2, int32: 4, float32: 4, int64: 8 };

/** Bytes of a tensor; NaN for a type that this host does not know. */
export function tensorBytes(info: TensorInfo): number {
  return info.shape.reduce((product, extent) => product * extent, ELEMENT_BYTES[info.type] ?? Number.NaN);
}
