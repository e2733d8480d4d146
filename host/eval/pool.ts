/** Several devices that serve one queue of inputs, so that two emulators do the work of one in half the time. */

import { McuEvalError } from "../core/index.js";

/** One opened engine. */
export interface Runner<Input, Reply> {
  /** Inputs that it takes beside each other; 1 where absent. */
  readonly depth?: number;
  run(input: Input): Promise<Reply>;
}

export interface Pool<Input, Reply> {
  /** Queues one input; settles when a runner has answered it, or when the pool has failed. */
  run(input: Input): Promise<Reply>;
  /** Rejects all that waits or is under way with `error`, and everything asked afterwards. */
  stop(error: unknown): void;
}

interface Place<Input, Reply> {
  readonly runner: Runner<Input, Reply>;
  /** Inputs that it works on. */
  load: number;
}

interface Job<Input, Reply> {
  readonly input: Input;
  resolve(reply: Reply): void;
  reject(error: unknown): void;
}

/**
 * Serves a queue, first come first served, with as many inputs under way as the runners take; each goes to
 * the one that has the fewest. The first runner that fails stops the pool: a device that was lost would
 * otherwise leave its share of the run to be judged on another one, unnoticed.
 */
export function createPool<Input, Reply>(runners: readonly Runner<Input, Reply>[]): Pool<Input, Reply> {
  if (runners.length === 0) throw new McuEvalError("INTERNAL", "a pool needs at least one runner");
  const waiting: Job<Input, Reply>[] = [];
  const underWay = new Set<Job<Input, Reply>>();
  const places = runners.map((runner): Place<Input, Reply> => ({ runner, load: 0 }));
  let failure: { readonly error: unknown } | null = null;

  const stop = (error: unknown): void => {
    failure ??= { error };
    for (const job of [...underWay, ...waiting.splice(0)]) job.reject(failure.error);
  };

  const idlest = (): Place<Input, Reply> | undefined => {
    const free = places.filter(({ runner, load }) => load < (runner.depth ?? 1));
    const least = Math.min(...free.map(({ load }) => load));
    return free.find(({ load }) => load === least);
  };

  const serve = async (place: Place<Input, Reply>): Promise<void> => {
    place.load++;
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      underWay.add(job);
      try {
        job.resolve(await place.runner.run(job.input));
      } catch (error) {
        stop(error);
      }
      underWay.delete(job);
    }
    place.load--;
  };

  return {
    run(input) {
      return new Promise((resolve, reject) => {
        if (failure) {
          reject(failure.error);
          return;
        }
        waiting.push({ input, resolve, reject });
        const place = idlest();
        if (place) void serve(place);
      });
    },
    stop,
  };
}
