/** The report as JUnit XML, for CI servers: one test case a requirement and one a promise of the run. */

import { escapeText } from "./html.js";
import type { ReportInput } from "./load.js";
import { conditionNotes, conditionTitle } from "./names.js";
import { reportTitle } from "./page.js";

interface Case {
  readonly group: string;
  readonly name: string;
  /** Why it failed, or null. */
  readonly failure: string | null;
}

/** The cases: that the run is complete, that native and device agree, and every requirement. */
function casesOf({ manifest, records, summary }: ReportInput): Case[] {
  const planned = manifest.settings.n * manifest.conditions.length;
  return [
    {
      group: "run",
      name: "every record of the plan is there",
      failure: manifest.complete ? null : `${records.length} of ${planned} records`,
    },
    ...summary
      .filter(({ compared }) => compared > 0)
      .map((one) => ({
        group: "equality",
        name: `native and device outputs are equal: ${[conditionTitle(one), ...conditionNotes(one)].join(", ")}`,
        failure: one.mismatches === 0 ? null : `other output bytes on ${one.mismatches} of ${one.compared} inferences`,
      })),
    ...(manifest.requirements ?? []).map(({ text, value, met }) => ({
      group: "requirement",
      name: text,
      failure: met ? null : value === undefined ? "not measured" : `measured ${value}`,
    })),
  ];
}

/** The whole document, UTF-8. */
export function junitReport(input: ReportInput): string {
  const { manifest } = input;
  const cases = casesOf(input);
  const failures = cases.filter(({ failure }) => failure !== null).length;
  const seconds = manifest.sessions.reduce((sum, { wall_seconds }) => sum + (wall_seconds ?? 0), 0).toFixed(3);
  const counts = `tests="${cases.length}" failures="${failures}" errors="0" time="${seconds}"`;
  const properties = [
    ["run", manifest.id],
    ["board", manifest.settings.board],
    ["model", manifest.model.id],
    ["dataset", `${manifest.dataset.id}:${manifest.dataset.split}`],
    ["seed", String(manifest.settings.seed)],
    ["version", manifest.environment.tool.version],
  ] as const;
  return `<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="mcu-eval" ${counts}>
  <testsuite name="${xml(reportTitle(input))}" ${counts}${manifest.sessions[0] ? ` timestamp="${xml(manifest.sessions[0].started)}"` : ""}>
    <properties>
${properties.map(([name, value]) => `      <property name="${name}" value="${xml(value)}"/>\n`).join("")}    </properties>
${cases.map(caseText).join("")}  </testsuite>
</testsuites>
`;
}

function caseText({ group, name, failure }: Case): string {
  const start = `    <testcase classname="mcu-eval.${group}" name="${xml(name)}"`;
  if (failure === null) return `${start}/>\n`;
  return `${start}>\n      <failure message="${xml(failure)}" type="${group}">${xml(`${name}: ${failure}`)}</failure>\n    </testcase>\n`;
}

/** Text for XML 1.0, which has no way to write most control characters. */
function xml(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to be dropped.
  return escapeText(text.replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, ""));
}
