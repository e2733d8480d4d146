/** The tables about the run itself: requirements, what it was made with, and how. */

import type { RunManifest } from "../data/index.js";
import { figure } from "./format.js";
import type { Cell, Table } from "./table.js";

/** The gates of the run, or null where none was asked for. */
export function requirementTable({ requirements = [] }: RunManifest): Table | null {
  if (requirements.length === 0) return null;
  return {
    id: "requirements",
    caption: "Thresholds that the run was asked to meet",
    columns: [
      { title: "requirement", align: "left" },
      { title: "measured", align: "right" },
      { title: "met", align: "left" },
    ],
    rows: requirements.map(({ text, value, met }) => [
      { text },
      { text: value === undefined ? "" : figure(value) },
      { text: met ? "yes" : "NO", alarm: !met },
    ]),
  };
}

/** What the run was made with: one table a part of the manifest, every field of it. */
export function manifestTables(manifest: RunManifest): Table[] {
  const { environment, model, dataset, settings, boards, sessions } = manifest;
  const run = {
    id: manifest.id,
    complete: manifest.complete,
    schema: manifest.schema,
    settings_sha256: manifest.settings_sha256,
  };
  const parts: [string, string, object | undefined][] = [
    ["run", "Run", run],
    ["settings", "Settings", settings],
    ["environment", "Environment of the host", environment],
    ["model", "Model", model],
    ["dataset", "Data", dataset],
    ["board-device", "Device under test, as it described itself", boards.device],
    ["board-native", "Native build, as it described itself", boards.native],
    ...sessions.map((session, i): [string, string, object] => {
      const { links: _, ...rest } = session;
      return [`session-${i + 1}`, `Session ${i + 1}`, rest];
    }),
  ];
  return parts.flatMap(([id, caption, part]) =>
    part === undefined
      ? []
      : [
          {
            id: `manifest-${id}`,
            caption,
            columns: [
              { title: "field", align: "left" as const },
              { title: "value", align: "left" as const },
            ],
            rows: fieldRows(part),
          },
        ],
  );
}

/** Nested fields as dotted names; lists of plain values in one cell. */
function fieldRows(value: object, prefix = ""): Cell[][] {
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]): Cell[][] => {
    const name = prefix === "" ? key : `${prefix}.${key}`;
    if (inner === undefined) return [];
    if (typeof inner !== "object" || inner === null) return [[{ text: name }, { text: String(inner) }]];
    if (Array.isArray(inner) && inner.every((item) => typeof item !== "object")) {
      return [[{ text: name }, { text: inner.join(", ") }]];
    }
    return fieldRows(inner, name);
  });
}
