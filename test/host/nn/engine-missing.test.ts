import { expect, it, vi } from "vitest";
import { loadEngine } from "../../../host/nn/index.js";

vi.mock("node:module", () => ({
  createRequire: () => () => {
    throw new Error("libtensorflow.so.2: cannot open shared object file");
  },
}));

it("says what is missing and what to do when the addon does not load", async () => {
  const failure = loadEngine();
  await expect(failure).rejects.toMatchObject({ code: "TOOL_MISSING", exitCode: 3 });
  await expect(failure).rejects.toThrow(/tfjs-node cannot be loaded: libtensorflow.so.2: cannot open/);
  await expect(failure).rejects.toHaveProperty("hint", expect.stringContaining("make setup"));
});
