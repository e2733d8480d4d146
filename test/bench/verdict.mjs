// The figures of a case and whether they reach the bars.

import { rateOf } from "../../dist/metrics/index.js";

/** A peer that stores a norm in another precision may look this much better and be as good. */
const NORM_BAR = 1.02;
const OUTSIDE_BAR = 0.15;
/** Passes that batching and its own last check may add. */
const PASSES_BAR = 1.01;

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  if (sorted.length === 0) return Number.NaN;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** What the table shows of one measurement. Norms of images that were right when clean, a failure as infinity. */
export function figures(entry, measured) {
  const { n, samples, forward, backward, cpuS, insideS } = measured;
  const fooled = samples.filter((sample) => sample.fooled).length;
  return {
    success: rateOf(fooled, samples.length),
    refused: samples.filter((sample) => sample.refused).length,
    ...(entry.eps === undefined && {
      median: median(samples.map(({ fooled: ok, norm }) => (ok ? norm : Number.POSITIVE_INFINITY))),
    }),
    forward: forward / n,
    backward: backward / n,
    cpuPerThousand: (median(cpuS) / n) * 1000,
    ...(insideS !== undefined && { outside: 1 - insideS / cpuS[0] }),
  };
}

/** CPU of ours / the peer's: the median over rounds that took turns. */
function costRatio(entry, ours, peer) {
  const work = entry.cost?.perQuery ? peer.forward / ours.forward : 1;
  return work * median(ours.cpuS.map((seconds, round) => seconds / peer.cpuS[Math.min(round, peer.cpuS.length - 1)]));
}

/**
 * @param measured name -> measurement
 * @returns rows (ours first) and bars [{what, ok, text}]
 */
export function verdict(entry, measured) {
  const rows = Object.entries(measured).map(([name, value]) =>
    value.error ? { name, error: value.error } : { name, ...figures(entry, value), version: value.version },
  );
  const ours = rows.find(({ name }) => name === "mcu-eval");
  const peers = rows.filter((row) => row !== ours && !row.error);
  for (const peer of peers) {
    const value = measured[peer.name];
    peer.note = value.note ?? undefined;
    if (ours?.error || ours === undefined) continue;
    peer.ratio = costRatio(entry, measured["mcu-eval"], value);
    peer.otherRun = value.session !== measured["mcu-eval"].session;
  }
  if (ours === undefined || ours.error || peers.length === 0) {
    const why = ours?.error ?? (ours ? "no peer" : "not run");
    return { rows, bars: [{ what: "measured", ok: false, text: why }] };
  }
  return {
    rows,
    bars: [strength(entry, ours, peers), ...norm(ours, peers), ...cost(entry, ours, peers), outside(ours)],
  };
}

const mostSuccessful = (peers) => peers.reduce((a, b) => (b.success.value > a.success.value ? b : a));

function strength(entry, ours, peers) {
  const best = mostSuccessful(peers);
  const floor = entry.strict ? best.success.value : best.success.low;
  return {
    what: "success",
    ok: ours.success.value >= floor,
    text: `${ours.success.value.toFixed(3)} >= ${floor.toFixed(3)} (${best.name})`,
  };
}

function norm(ours, peers) {
  if (ours.median === undefined) return [];
  const best = peers.reduce((a, b) => (b.median < a.median ? b : a));
  const passes = (row) => row.forward + row.backward;
  const near = ours.median <= NORM_BAR * best.median;
  const frugal = passes(ours) <= PASSES_BAR * passes(best);
  return [
    { what: "norm", ok: near, text: `${(ours.median / best.median).toFixed(3)} <= ${NORM_BAR} (${best.name})` },
    { what: "passes", ok: frugal, text: `${passes(ours).toFixed(1)} <= ${passes(best).toFixed(1)} (${best.name})` },
  ];
}

function cost(entry, ours, peers) {
  if (entry.cost === undefined) return [];
  // Who gives up on images is soon done with them: no measure of what success costs.
  const floor = mostSuccessful(peers).success.low;
  const alike = peers.filter(({ name, success }) => !entry.unlike.includes(name) && success.value >= floor);
  if (alike.length === 0) return [];
  const worst = alike.reduce((a, b) => (b.ratio > a.ratio ? b : a));
  const unit = entry.cost.perQuery ? " a query" : "";
  const passes = worst.forward + worst.backward < ours.forward + ours.backward ? ", which makes fewer passes" : "";
  return [
    {
      what: "cost",
      ok: worst.ratio <= entry.cost.max,
      text: `${worst.ratio.toFixed(2)}${unit} <= ${entry.cost.max} (${worst.name}${passes})`,
    },
  ];
}

function outside(ours) {
  return {
    what: "outside",
    ok: ours.outside <= OUTSIDE_BAR,
    text: `${(100 * ours.outside).toFixed(1)} % <= ${100 * OUTSIDE_BAR} %`,
  };
}
