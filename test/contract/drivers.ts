/** What the contract suite runs on. */

import { existsSync } from "node:fs";
import { imagePath, readBoard } from "../../host/device/index.js";
import { launchBoard } from "../../host/device/launch.js";
import { composeRegion } from "../../host/device/region.js";
import { crc32, findProgram, openLoopback, type Port, wire } from "../../host/link/index.js";
import { FakeDevice, type FakeOptions } from "./fake-device.js";
import type { MirrorModel } from "./mirror-model.js";

export interface Driver {
  readonly name: string;
  /** Why it cannot be run here, or null. */
  readonly unavailable: string | null;
  /** Starts a device that has never been spoken to. */
  open(model: MirrorModel): Port;
}

function fakeDriver(name: string, options: FakeOptions = {}): Driver {
  return {
    name,
    unavailable: null,
    open: ({ file, inputBytes, outputBytes }) => {
      const { host, device } = openLoopback();
      new FakeDevice(device, { inputBytes, outputBytes, modelCrc: crc32(file), modelBytes: file.length, ...options });
      return host;
    },
  };
}

function processDriver(id: string): Driver {
  const board = readBoard(id);
  const program = board.emulator?.program;
  const reasons = [
    ...(existsSync(imagePath(board)) ? [] : [`its firmware is not built (make firmware BOARD=${id})`]),
    ...(program && findProgram(program) === null ? [`${program} is not installed`] : []),
  ];
  return {
    name: id,
    unavailable: reasons.length > 0 ? reasons.join(", ") : null,
    open: ({ file }) => launchBoard(board, { region: composeRegion(file, board.model_region.bytes) }),
  };
}

const real: Driver = {
  name: "real board",
  unavailable: process.env.MCU_EVAL_PORT
    ? `MCU_EVAL_PORT is ${process.env.MCU_EVAL_PORT}, but serial ports are not implemented`
    : "MCU_EVAL_PORT is not set",
  open: () => {
    throw new Error("serial ports are not implemented");
  },
};

export const DRIVERS: readonly Driver[] = [
  fakeDriver("loopback fake"),
  fakeDriver("loopback fake, overlapped", {
    capabilities: [wire.Capability.CAP_OVERLAPPED, wire.Capability.CAP_DELTA, wire.Capability.CAP_RESET],
    slots: 4,
    invokeMs: 1,
  }),
  processDriver("native"),
  processDriver("qemu-m7"),
  processDriver("qemu-m4"),
  processDriver("qemu-m55"),
  real,
];
