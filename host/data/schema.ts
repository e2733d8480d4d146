/** JSON schemas, applied: what is wrong with a value, where, and what was expected. */

import { readFileSync } from "node:fs";
import { Ajv, type ErrorObject, type ValidateFunction } from "ajv";
import { McuEvalError } from "../core/index.js";

/** Returns the value when it follows the schema. @throws McuEvalError FILE_INVALID naming `what` and the place */
export type Checker<T> = (value: unknown, what: string) => T;

/**
 * A checker for a schema file of this package.
 *
 * @param path relative to the package's root, e.g. "docs/schemas/run.schema.json"
 */
export function checkerOf<T>(path: string): Checker<T> {
  let validate: ValidateFunction<T> | undefined;
  return (value, what) => {
    // Compiled on first use: it costs commands that need none their start-up time.
    validate ??= compile<T>(path);
    if (validate(value)) return value;
    throw new McuEvalError("FILE_INVALID", `${what}: ${describe(validate.errors ?? [], value)}`, {
      hint: `It must follow ${path}.`,
    });
  };
}

function compile<T>(path: string): ValidateFunction<T> {
  // Sources (host/data) and build (dist/data) lie equally deep.
  const schema: unknown = JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), "utf8"));
  return new Ajv({ allowUnionTypes: true }).compile<T>(schema as object);
}

function describe(errors: readonly ErrorObject[], value: unknown): string {
  const [first] = errors;
  if (first === undefined) return "does not follow its schema";
  const place = first.instancePath === "" ? "the whole" : first.instancePath;
  const found = JSON.stringify(at(value, first.instancePath)) ?? "nothing";
  const { additionalProperty, allowedValues } = first.params as {
    additionalProperty?: string;
    allowedValues?: unknown[];
  };
  const detail =
    additionalProperty !== undefined
      ? ` ("${additionalProperty}")`
      : allowedValues
        ? `: ${allowedValues.join(", ")}`
        : "";
  return `${place} ${first.message ?? "is wrong"}${detail}, found ${found.length > 80 ? `${found.slice(0, 77)}...` : found}`;
}

function at(value: unknown, pointer: string): unknown {
  return pointer
    .split("/")
    .slice(1)
    .reduce<unknown>(
      (inner, key) => (inner as Record<string, unknown> | undefined)?.[key.replaceAll("~1", "/").replaceAll("~0", "~")],
      value,
    );
}
