// Measures one case: ours and every peer on the same images, judged by the same judge.

import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { peersPython } from "./python.mjs";
import { dataFiles, MODEL, oursDigest, peersDigest, slot } from "./store.mjs";
import { worker } from "./worker.mjs";

const here = path.dirname(fileURLToPath(import.meta.url));
const SEED = 1;
export const OURS = "mcu-eval";

/**
 * Two children that stay for the whole run: loading PyTorch takes longer than many an attack.
 *
 * @param session marks what was measured in this run, since only such CPU times may be divided
 */
export function bench(session) {
  const ours = worker(process.execPath, [path.join(here, "ours.mjs")]);
  let python;
  const theirs = () => {
    python ??= worker(peersPython(), [path.join(here, "peers.py")]);
    return python;
  };

  async function prepare(n) {
    const files = dataFiles(n);
    if (!Object.values(files).every(existsSync)) await must(ours.ask({ action: "data", n, ...files }));
    return files;
  }

  /** All that a measurement of `who` depends on but code and images. */
  function plan({ attack, norm, eps, goal, settings, ours, batch, rounds, queryBudget }, who) {
    const common = { attack, norm, eps, goal, batch, queryBudget, seed: SEED, warmup: rounds > 1 ? 1 : 0 };
    return who === OURS ? { ...common, settings: ours } : { ...common, settings, peer: who };
  }

  /** One run of one side, judged. */
  async function once(entry, who, files, adversarial) {
    const job = { ...plan(entry, who), model: MODEL, ...files, out: adversarial };
    const answer = await (who === OURS ? ours.ask({ action: "run", ...job }) : theirs().ask(job));
    if (answer.error) return answer;
    const { samples } = await must(ours.ask({ action: "judge", ...job }));
    return { ...answer, samples };
  }

  /**
   * @param entry a case of `chosenCases` with n
   * @param options {fresh: measure again, sides: whom to measure, "both", "ours" or "peers"; of the other side only what is there}
   * @returns name -> measurement {n, cpuS: seconds of each round, forward, backward, samples, session} or {error}
   */
  async function measure(entry, { fresh = false, sides = "both" }) {
    const { n, rounds } = entry;
    const files = await prepare(n);
    const who = [OURS, ...entry.peers];
    const places = new Map(
      who.map((name) => {
        const code = name === OURS ? oursDigest(entry.attack) : peersDigest(entry.attack);
        return [name, slot(`${entry.id}-${name}`, { ...plan(entry, name), n, rounds, code })];
      }),
    );
    const wanted = who.filter((name) => sides === "both" || (sides === "ours") === (name === OURS));
    const missing = wanted.filter((name) => fresh || !places.get(name).read());
    // Ratios of what is over in a moment are only sound between runs that took turns.
    const due = rounds > 1 && missing.length > 0 ? wanted : missing;
    const made = new Map(due.map((name) => [name, []]));
    for (let round = 0; round < rounds; round++) {
      for (const name of due) {
        if (made.get(name).some(({ error }) => error)) continue;
        places.get(name).prepare();
        console.error(`bench: ${entry.name}, ${name}, n ${n}${rounds > 1 ? `, round ${round + 1} of ${rounds}` : ""}`);
        made.get(name).push(await once(entry, name, files, places.get(name).adversarial));
      }
    }
    for (const [name, results] of made) {
      const [first] = results;
      const failed = results.find(({ error }) => error);
      const value = failed ?? { ...first, cpuS: results.map(({ cpuS }) => cpuS) };
      // A failure is not kept: what it lacked may be there at the next try.
      if (failed) made.set(name, { n, ...value });
      else places.get(name).write({ n, session, ...value });
    }
    const kept = who.map((name) => [name, places.get(name).read() ?? made.get(name)]);
    return Object.fromEntries(kept.filter(([, value]) => value !== undefined));
  }

  return {
    measure,
    stop() {
      ours.stop();
      python?.stop();
    },
  };
}

async function must(answer) {
  const result = await answer;
  if (result.error) throw new Error(result.error);
  return result;
}
