/** A profile as tables: what each operator costs, and what they cost together. */

import type { ProfileNode, ProfileRecord } from "../data/index.js";
import { grouped, percent } from "./format.js";
import { BLANK, type Cell, type Column, type Table } from "./table.js";

const left = (title: string): Column => ({ title, align: "left" });
const right = (title: string): Column => ({ title, align: "right" });

/** The output of a node as TFLite writes it: `1×32×32×16`. */
export function shapeText({ shape }: ProfileNode): string {
  return shape.join("×");
}

/** Instructions or cycles for each MAC. */
function perMac(count: number, macs: number): Cell {
  return macs === 0 ? BLANK : { text: (count / macs).toFixed(2) };
}

/** One row an operator, in execution order; without counts where the board counts nothing. */
export function nodesTable({ nodes, counts }: ProfileRecord): Table {
  const counted = counts ? [right(counts.unit), right(`${counts.unit} per MAC`), right("share")] : [];
  return {
    id: "nodes",
    caption: counts ? `Operators in execution order, ${counts.unit} of each kernel` : "Operators in execution order",
    columns: [
      right("node"),
      left("operator"),
      left("output"),
      left("type"),
      right("MACs"),
      ...counted,
      left("kernels"),
    ],
    rows: nodes.map((node) => [
      { text: String(node.node) },
      { text: node.operator },
      { text: shapeText(node) },
      { text: node.type },
      node.macs === 0 ? BLANK : { text: grouped(node.macs) },
      ...(counts && node.count !== undefined
        ? [{ text: grouped(node.count) }, perMac(node.count, node.macs), { text: percent(node.count / counts.total) }]
        : []),
      { text: node.kernels },
    ]),
  };
}

/** Kernels, runtime and both together, or null where the board counts nothing. */
export function totalsTable({ counts, macs, nodes }: ProfileRecord): Table | null {
  if (!counts) return null;
  // The kernels' error is the sum of the operators' errors, and the runtime's has the total's besides.
  const ofParts = counts.step * (nodes.length + 1);
  const bounds = counts.exact ? "" : `; the total to within ${counts.step}, its parts to within ${grouped(ofParts)}`;
  const row = (name: string, count: number, ofMacs: number): Cell[] => [
    { text: name },
    { text: grouped(count) },
    perMac(count, ofMacs),
    { text: percent(count / counts.total) },
  ];
  return {
    id: "totals",
    caption: `One inference, in ${counts.unit}${bounds}`,
    columns: [left("part"), right(counts.unit), right(`${counts.unit} per MAC`), right("share")],
    rows: [
      row("kernels", counts.kernels, macs),
      row("interpreter", counts.runtime, 0),
      row("total", counts.total, macs),
    ],
  };
}

/** What the model takes of the board's memory. */
export function memoryTable({ memory, model }: ProfileRecord): Table {
  const rows: readonly (readonly [string, number, string])[] = [
    ["arena used", memory.arena_used, `of ${grouped(memory.arena)} in ${memory.placement}`],
    ["scratch of kernels", memory.scratch, "part of the arena used"],
    ["model file", model.bytes, "in the model region"],
  ];
  return {
    id: "memory",
    caption: "Memory in bytes",
    columns: [left("what"), right("bytes"), left("where")],
    rows: rows.map(([name, bytes, where]) => [{ text: name }, { text: grouped(bytes) }, { text: where }]),
  };
}

/** Why there are no counts, or null where there are. */
export function uncountedSentence({ counts, board }: ProfileRecord): string | null {
  if (counts) return null;
  return `Board ${board.id} counts neither instructions nor cycles, and the time of a PC is no device's: no operator has a cost here.`;
}
