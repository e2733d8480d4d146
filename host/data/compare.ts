/** Plain JSON values: one canonical text, and where two of them first differ. */

/** JSON with sorted keys and without undefined values, so that equal values have equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) => {
    if (inner === null || typeof inner !== "object" || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)));
  });
}

export interface Difference {
  /** e.g. "attacks[0].params.steps" */
  readonly path: string;
  readonly first: unknown;
  readonly second: unknown;
}

/** The first place, in the order of keys of `first` and then of `second`, at which two JSON values differ. */
export function firstDifference(first: unknown, second: unknown, path = ""): Difference | null {
  const areObjects = isObject(first) && isObject(second) && Array.isArray(first) === Array.isArray(second);
  if (!areObjects) return Object.is(first, second) ? null : { path, first, second };
  const inArray = Array.isArray(first);
  for (const key of new Set([...Object.keys(first), ...Object.keys(second)])) {
    const place = inArray ? `${path}[${key}]` : path === "" ? key : `${path}.${key}`;
    const difference = firstDifference(first[key], second[key], place);
    if (difference) return difference;
  }
  return null;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === "object";
}
