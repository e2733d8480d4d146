/** One run with a count for each operator, read page by page. proto/wire.md, section 7. */

import { Kind, type Received, type wire } from "../link/index.js";
import { corruptReply } from "./failure.js";
import { kernelSetOf, nameOf } from "./hello.js";
import type { Session } from "./session.js";

export interface NodeRun {
  /** As in Hello.operators: "reference". */
  readonly kernels: string;
  /** Absent where nothing is counted. */
  readonly ticks?: number;
}

/** What the device counted in one run, as it came. */
export interface ProfileRun {
  /** The model's operators in execution order. */
  readonly nodes: readonly NodeRun[];
  /** Absent where nothing is counted. */
  readonly counts?: ProfileCounts;
}

/** Cycles or instructions, by Hello.clockSource. */
export interface ProfileCounts {
  /** Of the whole Invoke, the cost of counting included. */
  readonly totalTicks: number;
  /** What it takes to count one node. */
  readonly hookTicks: number;
  /** What a node that does nothing would count. */
  readonly emptyTicks: number;
  /** The means over this many consecutive runs are exact; 1: each count is. */
  readonly tickStep: number;
}

/**
 * The whole of a profile whose first page has come.
 *
 * @throws McuEvalError LINK_CORRUPT, and those of Session.request
 */
export async function readProfile(session: Session, sample: number, first: Received): Promise<ProfileRun> {
  const nodes: NodeRun[] = [];
  let reply = pageOf(session, sample, 0, first);
  const { nodeCount, totalTicks, hookTicks, emptyTicks, tickStep } = reply;
  const counts = { totalTicks: totalTicks ?? 0, hookTicks, emptyTicks, tickStep };
  for (;;) {
    nodes.push(...reply.nodes.map(nodeOf));
    if (nodes.length >= nodeCount) break;
    const next = await session.request(Kind.PROFILE, { infer: { sample }, firstNode: nodes.length });
    reply = pageOf(session, sample, nodes.length, next);
  }
  return typeof totalTicks === "number" ? { nodes, counts } : { nodes };
}

function nodeOf({ kernels, ticks }: wire.NodeProfile.$Properties): NodeRun {
  return { kernels: kernelSetOf(kernels ?? 0), ...(typeof ticks === "number" ? { ticks } : {}) };
}

/** A page with at least one node, numbered as they follow. */
function pageOf(session: Session, sample: number, first: number, reply: Received): wire.ProfileReply {
  const page = reply.kind === Kind.PROFILE_REPLY ? reply.body : null;
  const counted = typeof page?.totalTicks === "number";
  const sound =
    page !== null &&
    page.sample === sample &&
    page.firstNode === first &&
    page.nodes.length > 0 &&
    first + page.nodes.length <= page.nodeCount &&
    page.tickStep > 0 === counted &&
    page.nodes.every(({ node, ticks }, i) => node === first + i && (typeof ticks === "number") === counted);
  if (!sound)
    throw corruptReply(session.what, `${nameOf(Kind, reply.kind)} that is no page of a profile from node ${first} on`);
  return page;
}
