/** Chooses and loads the tensor backend: the only file that does. */

import { createRequire } from "node:module";
import util from "node:util";
import { McuEvalError, messageOf } from "../core/index.js";
import type { Kernels } from "./kernels.js";

type Tf = typeof import("@tensorflow/tfjs-core");

export interface EngineInfo {
  readonly name: "tensorflow" | "cpu";
  /** tfjs-node's version for "tensorflow", tfjs's for "cpu". */
  readonly version: string;
  /** The native library's version; absent for "cpu". */
  readonly library?: string;
  /** Threads inside one kernel; 0 means one a core. Trained weights depend on it. */
  readonly threads: number;
}

export interface Engine {
  readonly info: EngineInfo;
  readonly tf: Tf;
  readonly kernels: Kernels;
}

export interface EngineOptions {
  /** Threads inside one kernel; only the first load of a process can choose. Unset: TF_NUM_INTRAOP_THREADS, else one a core. */
  readonly threads?: number | undefined;
}

/** Runs `run` and frees every tensor it made, but those it passed to tf.keep. */
export function scoped<T>({ tf }: Engine, run: () => T): T {
  tf.engine().startScope();
  try {
    return run();
  } finally {
    tf.engine().endScope();
  }
}

let loading: Promise<Engine> | undefined;

/**
 * Loads the tensor engine once a process: libtensorflow through tfjs-node, or, with
 * MCU_EVAL_ENGINE=cpu in the environment, tfjs's far slower backend in plain JavaScript.
 *
 * @throws McuEvalError TOOL_MISSING when the native addon cannot be loaded
 */
export function loadEngine(options: EngineOptions = {}): Promise<Engine> {
  loading ??= (process.env.MCU_EVAL_ENGINE === "cpu" ? loadCpu() : loadTensorflow(options)).catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

/** The engine's name, version and threads. */
export async function engineInfo(): Promise<EngineInfo> {
  return (await loadEngine()).info;
}

/** tfjs-node 4.22 calls two functions that Node 23 removed from node:util. */
function mendNodeUtil(): void {
  const legacy = util as unknown as Record<string, unknown>;
  legacy.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  legacy.isArray ??= Array.isArray;
}

async function loadTensorflow(options: EngineOptions): Promise<Engine> {
  if (options.threads) process.env.TF_NUM_INTRAOP_THREADS = String(options.threads);
  process.env.TF_CPP_MIN_LOG_LEVEL ??= "2";
  mendNodeUtil();
  try {
    const require = createRequire(import.meta.url);
    const tfNode = require("@tensorflow/tfjs-node") as Tf & { version: Record<string, string> };
    const { tensorflowKernels, libraryVersion } = await import("./kernels-tensorflow.js");
    const info: EngineInfo = {
      name: "tensorflow",
      version: tfNode.version["tfjs-node"] ?? "",
      library: libraryVersion(tfNode),
      threads: Number(process.env.TF_NUM_INTRAOP_THREADS ?? 0),
    };
    return { info, tf: tfNode, kernels: tensorflowKernels(tfNode) };
  } catch (error) {
    throw new McuEvalError(
      "TOOL_MISSING",
      `the tensor engine @tensorflow/tfjs-node cannot be loaded: ${messageOf(error)}`,
      {
        hint: "Run `make setup`, which installs libtensorflow. MCU_EVAL_ENGINE=cpu works without it, but thousands of times slower.",
        cause: error,
      },
    );
  }
}

/** tfjs's own backend, which tfjs-node brings along, addon or not. */
async function loadCpu(): Promise<Engine> {
  const beside = createRequire(createRequire(import.meta.url).resolve("@tensorflow/tfjs-node/package.json"));
  const tf = beside("@tensorflow/tfjs-core") as Tf;
  beside("@tensorflow/tfjs-backend-cpu");
  await tf.setBackend("cpu");
  const { cpuKernels } = await import("./kernels-cpu.js");
  process.stderr.write("mcu-eval: MCU_EVAL_ENGINE=cpu, tensors in plain JavaScript: thousands of times slower.\n");
  return { info: { name: "cpu", version: tf.version_core, threads: 1 }, tf, kernels: cpuKernels(tf) };
}
