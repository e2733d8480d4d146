/** Profiles a model on a board: what each of its operators costs there. */

import { McuEvalError } from "../core/index.js";
import type { ProfileCountsRecord, ProfileNode, ProfileRecord } from "../data/index.js";
import { type Device, openDevice, type ProfileRun, readBoard } from "../device/index.js";
import { type CountedRun, profileCosts } from "../metrics/index.js";
import { macsOf, readTflite } from "../tflite/index.js";
import { isEmulatedClock, kindOf } from "./devices.js";

/** Runs on a board that counts cycles, where caches make each a little different. */
const CYCLE_RUNS = 10;

export interface ProfileOptions {
  readonly board: string;
  readonly tflite: Uint8Array;
  readonly model: ProfileRecord["model"];
  /** The model's inputs as they lie in memory. */
  readonly bytes: Uint8Array;
  readonly input: ProfileRecord["input"];
  /** Inferences to average; by default as many as make the counts exact. */
  readonly runs?: number | undefined;
  readonly version: string;
  readonly signal: AbortSignal;
  readonly progress: (done: number, total: number) => void;
  readonly log: (level: string, text: string) => void;
  /** For tests: opens the board. */
  readonly open?: typeof openDevice;
}

/**
 * Runs one input as often as asked, and averages.
 *
 * @throws McuEvalError as openDevice; FILE_INVALID
 */
export async function profileModel(options: ProfileOptions): Promise<ProfileRecord> {
  const { board, tflite, open = openDevice, signal, log } = options;
  const parsed = readTflite(tflite, options.model.id);
  const device = await open({ board, model: tflite, signal, log });
  try {
    const runs = await runsOf(device, parsed.operators.length, options);
    const { hello } = device;
    const counts = countsOf(runs, hello.clockSource);
    const nodes = parsed.operators.map((operator, node): ProfileNode => {
      const output = parsed.tensors[operator.outputs[0] ?? -1];
      const macs = macsOf(parsed, operator);
      const count = counts?.nodes[node];
      return {
        node,
        operator: operator.op,
        shape: [...(output?.shape ?? [])],
        type: output?.type ?? "",
        macs,
        kernels: runs[0]?.nodes[node]?.kernels ?? "",
        ...(count === undefined ? {} : { count }),
        ...(count === undefined || macs === 0 ? {} : { count_per_mac: count / macs }),
      };
    });
    return {
      schema: 1,
      tool: { version: options.version },
      board: {
        id: board,
        kind: kindOf(readBoard(board)),
        core: hello.core,
        clock_hz: hello.clockHz,
        clock_source: hello.clockSource,
        firmware: hello.firmware,
        runtime: hello.runtime,
      },
      model: options.model,
      input: options.input,
      runs: runs.length,
      memory: {
        arena_used: hello.arenaUsed,
        scratch: hello.scratchBytes,
        arena: hello.arenaBytes,
        placement: hello.arenaPlacement,
      },
      macs: nodes.reduce((sum, { macs }) => sum + macs, 0),
      ...(counts === null ? {} : { counts: counts.record }),
      nodes,
    };
  } finally {
    await device.close();
  }
}

async function runsOf(
  device: Device,
  operators: number,
  { bytes, runs, progress }: ProfileOptions,
): Promise<ProfileRun[]> {
  const done: ProfileRun[] = [];
  let wanted = runs ?? 1;
  while (done.length < wanted) {
    const run = await device.profile({ sample: 0, input: bytes });
    if (run.nodes.length !== operators) {
      throw new McuEvalError(
        "LINK_CORRUPT",
        `the board profiled ${run.nodes.length} operators, the model has ${operators}`,
      );
    }
    done.push(run);
    if (run.counts && runs === undefined) wanted = run.counts.tickStep > 1 ? run.counts.tickStep : CYCLE_RUNS;
    progress(done.length, wanted);
  }
  return done;
}

/** Null where the board counts nothing. */
function countsOf(
  runs: readonly ProfileRun[],
  clockSource: string,
): { readonly record: ProfileCountsRecord; readonly nodes: readonly number[] } | null {
  const counted = runs.flatMap(({ counts, nodes }): CountedRun[] =>
    counts === undefined ? [] : [{ ...counts, nodeTicks: nodes.map(({ ticks }) => ticks ?? 0) }],
  );
  const [first] = counted;
  if (first === undefined) return null;
  const { nodes, ...costs } = profileCosts(counted);
  const unit = isEmulatedClock(clockSource) ? "instructions" : "cycles";
  return { record: { unit, ...costs, step: first.tickStep, hook: first.hookTicks }, nodes };
}
