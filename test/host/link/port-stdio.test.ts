import { expect, test } from "vitest";
import { findProgram, openStdioPort, type PortEnd } from "../../../host/link/index.js";

function open(script: string, ignore?: (line: string) => boolean) {
  const port = openStdioPort({
    command: process.execPath,
    args: ["-e", script],
    description: "a script",
    ...(ignore ? { ignore } : {}),
  });
  const got: number[] = [];
  const end = new Promise<PortEnd>((resolve) => {
    port.listen({ data: (bytes) => got.push(...bytes), end: resolve });
  });
  return { port, got, end };
}

test("Bytes_GoThereAndBack", async () => {
  const { port, got, end } = open("process.stdin.pipe(process.stdout)");
  const sent = Uint8Array.from({ length: 256 }, (_, i) => i);
  port.write(sent);
  port.write(sent);
  await port.close();
  expect(got).toEqual([...sent, ...sent]);
  expect((await end).reason).toBe("the process ended with code 0");
});

test("Listen_ReplacesTheReceiver", async () => {
  const { port, got } = open("process.stdin.pipe(process.stdout)");
  const later: number[] = [];
  port.listen({ data: (bytes) => later.push(...bytes), end: () => {} });
  port.write(Uint8Array.of(1, 2, 3));
  await port.close();
  expect([got, later]).toEqual([[], [1, 2, 3]]);
});

test("ProcessThatFails_IsReportedWithItsLastWords", async () => {
  const { end } = open(
    "console.error('noise'); console.error('no such machine'); process.exit(3)",
    (line) => line === "noise",
  );
  expect(await end).toEqual({ reason: "the process ended with code 3", tail: "no such machine" });
});

test("ProcessThatWillNotEnd_IsKilledByClose", async () => {
  const { port, end } = open("setInterval(() => {}, 1000); process.on('SIGTERM', () => {})");
  await port.close();
  expect((await end).reason).toBe("the process was ended by SIGKILL");
});

test("WriteAfterTheEnd_IsDropped", async () => {
  const { port, end } = open("process.exit(0)");
  await end;
  port.write(Uint8Array.of(1));
  await port.close();
});

test("FindProgram_KnowsPathAndAbsence", () => {
  expect(findProgram("node")).toMatch(/\/node$/);
  expect(findProgram("no-such-program-here")).toBeNull();
});
