/** Spans of time as people read them. */

/** A span such as "2 h 10 min", "3 min 05 s" or "42 s". */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, "0")} min`;
}

/** A span of which two or three digits mean anything: "3.9 h", "98 h", "12 min", "704 ms", "0.28 ms". */
export function roughDuration(seconds: number): string {
  if (seconds < 0.01) return `${(seconds * 1000).toPrecision(2)} ms`;
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  const [amount, unit] = seconds < 60 ? [seconds, "s"] : seconds < 3600 ? [seconds / 60, "min"] : [seconds / 3600, "h"];
  return `${amount < 9.95 ? amount.toFixed(1) : String(Math.round(amount))} ${unit}`;
}
