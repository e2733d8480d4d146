/** Numbers as people read them: the same digits in the console, in HTML and in Markdown. */

import type { McNemar, Rate } from "../metrics/index.js";

/** A share as a percentage with one digit, e.g. `90.4 %`. */
export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

/** `150/166`. */
export function fraction({ numerator, denominator }: Rate): string {
  return `${numerator}/${denominator}`;
}

/** The bounds of the interval in percent, e.g. `84.9–94.0`, or null where nothing was counted. */
export function interval({ low, high }: Rate): string | null {
  return low === null || high === null ? null : `${(low * 100).toFixed(1)}–${(high * 100).toFixed(1)}`;
}

/** A p value to two digits; very small ones as a power of ten. */
export function pValue(p: number): string {
  if (p >= 0.001) return p >= 0.995 ? "1" : p.toPrecision(2);
  return p === 0 ? "< 1e-300" : p.toExponential(1);
}

/** How two engines disagreed, for McNemar's test: `3 : 17`. */
export function disagreement({ b, c }: McNemar): string {
  return `${b} : ${c}`;
}

/** A whole number in groups of three, set apart by narrow no-break spaces. */
export function grouped(value: number): string {
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+(?!\d))/g, "\u202f");
}

/** A measured quantity to four significant digits, without trailing zeros; very small ones as a power of ten. */
export function figure(value: number): string {
  if (value !== 0 && Math.abs(value) < 1e-4) return value.toExponential(2);
  return String(Number(value.toPrecision(4)));
}

/** `1 sample`, `2 samples`. */
export function plural(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function list(items: readonly string[]): string {
  if (items.length < 2) return items.join("");
  return `${items.slice(0, -1).join(", ")} and ${items.at(-1)}`;
}

/** Keeps percent signs and the two ends of an interval on one line. */
export function unbroken(text: string): string {
  return text.replaceAll(" %", "\u00a0%").replaceAll("–", "\u2060–\u2060");
}
