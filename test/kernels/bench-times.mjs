// Milliseconds of Invoke() on this machine, one thread, beside LiteRT's own kernels: all in turns, so that what else
// runs on the machine slows all of them.

import { execFileSync, spawn, spawnSync } from "node:child_process";
import path from "node:path";
import { createInterface } from "node:readline";
import { TIMES } from "./bench-bars.mjs";
import { root } from "./bench-nets.mjs";

const ROUNDS = 15;
const RUNS = 100;
const program = path.join(root, "build", "firmware", "native", "invoke_bench");

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];

/** A program that times N inferences for every N it is told. */
function timer(command, args, env = {}) {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "pipe"], env: { ...process.env, ...env } });
  let said = "";
  child.stderr.on("data", (text) => {
    said += text;
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async time(runs) {
      child.stdin.write(`${runs}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`${command} ${args.join(" ")} ended: ${said}`);
      return Number(value.split(" ")[0]) / 1e6;
    },
    end: () => child.stdin.end(),
  };
}

/** Kernel sets that this machine can run. */
function setsHere({ modelPath, inputsPath }) {
  return ["avx2", "vnni"].filter((set) => {
    const env = { ...process.env, MCU_EVAL_KERNELS: set };
    return spawnSync(program, [modelPath, inputsPath], { input: "", env }).status === 0;
  });
}

/** Rows of the table: one a network and set. */
export async function times(nets) {
  const python = execFileSync(path.join(root, "test", "oracle", "setup.sh"), { encoding: "utf8" }).trim();
  const rows = [];
  for (const net of nets.filter(({ name }) => name in TIMES)) {
    const files = [net.modelPath, net.inputsPath];
    const sets = setsHere(net);
    const theirs = timer(python, [path.join(import.meta.dirname, "litert.py"), ...files]);
    const ours = sets.map((set) => timer(program, files, { MCU_EVAL_KERNELS: set }));
    const rounds = [];
    for (let round = 0; round < ROUNDS; round++) {
      const of = { theirs: await theirs.time(RUNS) };
      for (const [i, set] of sets.entries()) of[set] = await ours[i].time(RUNS);
      rounds.push(of);
    }
    for (const one of [theirs, ...ours]) one.end();
    for (const set of sets) {
      rows.push({
        net,
        set,
        ms: median(rounds.map((of) => of[set])),
        theirs: median(rounds.map((of) => of.theirs)),
        ratio: median(rounds.map((of) => of[set] / of.theirs)),
        bar: TIMES[net.name][set],
      });
    }
  }
  return rows;
}
