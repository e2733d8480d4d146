/** Several devices that serve one queue of inputs, so that two emulators do the work of one in half the time. */

import { McuEvalError } from "../core/index.js";

/** One opened engine that runs one input at a time. */
export interface Runner<Input, Reply> {
  run(input: Input): Promise<Reply>;
}

export interface Pool<Input, Reply> {
  /** Queues one input; settles when a runner has answered it, or when the pool has failed. */
  run(input: Input): Promise<Reply>;
  /** Rejects all that waits or is under way with `error`, and everything asked afterwards. */
  stop(error: unknown): void;
}

interface Job<Input, Reply> {
  readonly input: Input;
  resolve(reply: Reply): void;
  reject(error: unknown): void;
}

/**
 * Serves a queue, first come first served, with as many inputs under way as there are runners.
 * The first runner that fails stops the pool: a device that was lost would otherwise leave its
 * share of the run to be judged on another one, unnoticed.
 */
export function createPool<Input, Reply>(runners: readonly Runner<Input, Reply>[]): Pool<Input, Reply> {
  if (runners.length === 0) throw new McuEvalError("INTERNAL", "a pool needs at least one runner");
  const waiting: Job<Input, Reply>[] = [];
  const underWay = new Set<Job<Input, Reply>>();
  const idle = [...runners];
  let failure: { readonly error: unknown } | null = null;

  const stop = (error: unknown): void => {
    failure ??= { error };
    for (const job of [...underWay, ...waiting.splice(0)]) job.reject(failure.error);
  };

  const serve = async (runner: Runner<Input, Reply>): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      underWay.add(job);
      try {
        job.resolve(await runner.run(job.input));
      } catch (error) {
        stop(error);
      }
      underWay.delete(job);
    }
    idle.push(runner);
  };

  return {
    run(input) {
      return new Promise((resolve, reject) => {
        if (failure) {
          reject(failure.error);
          return;
        }
        waiting.push({ input, resolve, reject });
        const runner = idle.shift();
        if (runner) void serve(runner);
      });
    },
    stop,
  };
}
