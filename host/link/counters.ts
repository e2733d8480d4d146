/** What one end of a link has seen; the same names on both ends. proto/wire.md, section 11. */

export interface LinkCounters {
  bytesReceived: number;
  bytesSent: number;
  /** Sound ones. */
  framesReceived: number;
  framesSent: number;
  badCobs: number;
  badCrc: number;
  badLength: number;
  tooLong: number;
  badVersion: number;
  badKind: number;
  badBody: number;
  otherSession: number;
  /** Requests older than the reply window; the device's end only. */
  stale: number;
  /** Bytes lost before the decoder, where the port can tell. */
  overruns: number;
}

/** All counters at 0. */
export function noCounters(): LinkCounters {
  return {
    bytesReceived: 0,
    bytesSent: 0,
    framesReceived: 0,
    framesSent: 0,
    badCobs: 0,
    badCrc: 0,
    badLength: 0,
    tooLong: 0,
    badVersion: 0,
    badKind: 0,
    badBody: 0,
    otherSession: 0,
    stale: 0,
    overruns: 0,
  };
}

/** One disagreement between the ends, or one count of damage. */
export interface CounterFinding {
  readonly name: string;
  readonly host: number;
  readonly device: number;
}

const CROSSED = [
  ["frames to the device", "framesSent", "framesReceived"],
  ["frames to the host", "framesReceived", "framesSent"],
  ["bytes to the device", "bytesSent", "bytesReceived"],
  ["bytes to the host", "bytesReceived", "bytesSent"],
] as const;

/**
 * Compares both ends' counters of one moment at which nothing was under way.
 *
 * @returns what was lost on the way, and every count of damage; empty for an intact link
 */
export function compareCounters(host: LinkCounters, device: LinkCounters): CounterFinding[] {
  const crossed = CROSSED.map(([name, ours, theirs]) => ({ name, host: host[ours], device: device[theirs] }));
  const damage = (Object.keys(noCounters()) as (keyof LinkCounters)[])
    .filter((name) => !/^(bytes|frames)/.test(name))
    .map((name) => ({ name, host: host[name], device: device[name] }));
  return [...crossed.filter((c) => c.host !== c.device), ...damage.filter((c) => c.host !== 0 || c.device !== 0)];
}
