/** What the pinned TFLM package brings for tests: models of Google's converter, and the schema's header. */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const FETCH = join(import.meta.dirname, "../../../firmware/deps/fetch-tflm.sh");

const sources = (): string => execFileSync(FETCH, { encoding: "utf8" }).trim();

export function schemaHeader(): string {
  return readFileSync(join(sources(), "tensorflow/lite/schema/schema_generated.h"), "utf8");
}

export type PackagedModel = "hello_world" | "magic_wand" | "micro_speech" | "person_detection_grayscale";

export function packagedModel(name: PackagedModel): Buffer {
  return readFileSync(join(sources(), "../../examples/models", `${name}.tflite`));
}
