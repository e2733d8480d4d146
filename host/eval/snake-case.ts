/** Names as result files have them. */

/** A plain value with the keys of all its objects turned from camelCase to snake_case. */
export function snakeCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(snakeCase);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, inner]) => [
    key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    snakeCase(inner),
  ]);
  return Object.fromEntries(entries);
}
