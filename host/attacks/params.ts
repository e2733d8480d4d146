/** Typed parameters of attacks: one schema feeds the flags, the documents and the result files. */

import { McuEvalError, nearestHint } from "../core/index.js";

interface ParamBase<T> {
  readonly default: T;
  /** What it does, as a phrase for `--help`. */
  readonly help: string;
  /** Where the default comes from: a paper and its section, or a library's default. */
  readonly source: string;
  /** Why this default. */
  readonly reason: string;
}

export type Param =
  | (ParamBase<number> & { readonly kind: "count"; readonly minimum: number })
  | (ParamBase<number> & { readonly kind: "number"; readonly minimum: number; readonly maximum: number })
  | (ParamBase<boolean> & { readonly kind: "flag" })
  | (ParamBase<string> & { readonly kind: "choice"; readonly choices: readonly string[] });

export type ParamsSchema = Readonly<Record<string, Param>>;

export type ParamValue = number | boolean | string;

/** Values of every parameter, by their names in code (camelCase). */
export type ParamValues = Readonly<Record<string, ParamValue>>;

type ValueOf<P> = P extends { kind: "flag" } ? boolean : P extends { kind: "choice" } ? string : number;

export type ValuesOf<S extends ParamsSchema> = { readonly [K in keyof S]: ValueOf<S[K]> };

type Words = Omit<ParamBase<unknown>, "default">;

/** A whole number. */
export function count(value: number, minimum: number, words: Words): Param & { kind: "count" } {
  return { kind: "count", default: value, minimum, ...words };
}

/** A number above 0, of something named in `help`. */
export function fraction(value: number, words: Words): Param & { kind: "number" } {
  return { kind: "number", default: value, minimum: Number.MIN_VALUE, maximum: Number.MAX_VALUE, ...words };
}

/** A number of a closed range. */
export function number(value: number, minimum: number, maximum: number, words: Words): Param & { kind: "number" } {
  return { kind: "number", default: value, minimum, maximum, ...words };
}

/** One of several words. */
export function choice(value: string, choices: readonly string[], words: Words): Param & { kind: "choice" } {
  return { kind: "choice", default: value, choices, ...words };
}

/** On or off. */
export function flag(value: boolean, words: Words): Param & { kind: "flag" } {
  return { kind: "flag", default: value, ...words };
}

/** A parameter's name in files: `stepSize` is `step_size`. */
export function fileName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** A parameter's name as a flag: `stepSize` is `step-size`. */
export function flagName(name: string): string {
  return fileName(name).replaceAll("_", "-");
}

/** Values with the names they have in files. */
export function paramsToFile(values: ParamValues): Record<string, ParamValue> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [fileName(name), value]));
}

/**
 * Fills in defaults and checks what was entered.
 *
 * @param entered by any of a parameter's names (stepSize, step_size, step-size); text is converted
 * @throws McuEvalError ATTACK_UNKNOWN for a parameter the attack does not take, USAGE for a bad value
 */
export function parseParams<S extends ParamsSchema>(
  attackId: string,
  schema: S,
  entered: Readonly<Record<string, ParamValue>>,
): ValuesOf<S> {
  const values: Record<string, ParamValue> = {};
  for (const [name, param] of Object.entries(schema)) values[name] = param.default;
  for (const [key, value] of Object.entries(entered)) {
    const name = Object.keys(schema).find((known) => [known, fileName(known), flagName(known)].includes(key));
    if (name === undefined) {
      throw new McuEvalError("ATTACK_UNKNOWN", `attack ${attackId} has no parameter "${key}"`, {
        hint: nearestHint(key, Object.keys(schema).map(flagName)),
      });
    }
    values[name] = parseValue(`${attackId}'s ${flagName(name)}`, schema[name] as Param, value);
  }
  return values as ValuesOf<S>;
}

function parseValue(what: string, param: Param, entered: ParamValue): ParamValue {
  switch (param.kind) {
    case "flag":
      if (entered === true || entered === "true") return true;
      if (entered === false || entered === "false") return false;
      throw bad(what, entered, "true or false");
    case "choice":
      if (param.choices.includes(String(entered))) return String(entered);
      throw bad(what, entered, `one of ${param.choices.join(", ")}`);
    case "count": {
      const value = numberOf(entered);
      if (Number.isSafeInteger(value) && value >= param.minimum) return value;
      throw bad(what, entered, `a whole number of at least ${param.minimum}`);
    }
    case "number": {
      const value = numberOf(entered);
      if (value >= param.minimum && value <= param.maximum) return value;
      throw bad(what, entered, rangeText(param));
    }
  }
}

/** A range in words: what stands for its absence is left out. */
function rangeText({ minimum, maximum }: { readonly minimum: number; readonly maximum: number }): string {
  const isAboveZero = minimum === Number.MIN_VALUE;
  if (maximum === Number.MAX_VALUE) return isAboveZero ? "a number above 0" : `a number of at least ${minimum}`;
  return isAboveZero ? `a number above 0, at most ${maximum}` : `a number from ${minimum} to ${maximum}`;
}

function numberOf(entered: ParamValue): number {
  return typeof entered === "string" && entered.trim() !== ""
    ? Number(entered)
    : typeof entered === "number"
      ? entered
      : Number.NaN;
}

function bad(what: string, entered: ParamValue, expected: string): McuEvalError {
  return new McuEvalError("USAGE", `${what} is ${JSON.stringify(entered)}, expected ${expected}`);
}
