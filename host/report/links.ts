/** The counters of both ends of each link, added up over processes and sessions. */

import type { RunManifest } from "../data/index.js";
import { grouped } from "./format.js";
import type { Table } from "./table.js";

/** Counters that stay 0 on an undisturbed link. */
const DAMAGE = /^(bad_|too_long|other_session|stale|overruns|retries|timeouts|resyncs|replays)/;

type Counters = Map<string, number>;

interface Ends {
  readonly host: Counters;
  readonly device: Counters;
}

function totals(manifest: RunManifest): Map<string, Ends> {
  const boards = new Map<string, Ends>();
  const add = (to: Counters, counters: Readonly<Record<string, number>> = {}): void => {
    for (const [name, count] of Object.entries(counters)) to.set(name, (to.get(name) ?? 0) + count);
  };
  for (const { links = [] } of manifest.sessions) {
    for (const { board, host, device } of links) {
      const ends = boards.get(board) ?? { host: new Map(), device: new Map() };
      boards.set(board, ends);
      add(ends.host, host);
      add(ends.device, device);
    }
  }
  return boards;
}

/** Counters above 0 that an undisturbed link leaves at 0, both ends of all links together. */
export function damageOf(manifest: RunManifest): { counter: string; count: number }[] {
  const sums: Counters = new Map();
  for (const { host, device } of totals(manifest).values()) {
    for (const [counter, count] of [...host, ...device]) {
      if (DAMAGE.test(counter)) sums.set(counter, (sums.get(counter) ?? 0) + count);
    }
  }
  return [...sums].filter(([, count]) => count > 0).map(([counter, count]) => ({ counter, count }));
}

/** One row a counter that moved, one column an end; null where no session recorded any. */
export function linkTable(manifest: RunManifest): Table | null {
  const ends = [...totals(manifest)].flatMap(([board, { host, device }]) => [
    { title: board, note: "host end", counters: host },
    { title: board, note: "board end", counters: device },
  ]);
  const known = ends.filter(({ counters }) => counters.size > 0);
  if (known.length === 0) return null;
  const all = [...new Set(known.flatMap(({ counters }) => [...counters.keys()]))];
  const names = all.filter((name) => known.some(({ counters }) => (counters.get(name) ?? 0) > 0));
  const silent = all.filter((name) => !names.includes(name));
  const rest = silent.length > 0 ? `; 0 everywhere: ${silent.join(", ")}` : "";
  return {
    id: "link-counters",
    caption: `Link counters of both ends, added up over processes and sessions${rest}`,
    columns: [
      { title: "counter", align: "left" },
      ...known.map(({ title, note }) => ({ title, note, align: "right" as const })),
    ],
    rows: names.map((name) => [
      { text: name },
      ...known.map(({ counters }) => {
        const count = counters.get(name);
        return count === undefined ? { text: "" } : { text: grouped(count), alarm: DAMAGE.test(name) && count > 0 };
      }),
    ]),
  };
}
