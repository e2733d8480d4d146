import { describe, expect, it } from "vitest";
import { engineInfo, loadEngine } from "../../../host/nn/index.js";

describe("loadEngine", () => {
  it("loads once, natively, with the threads of the first caller", async () => {
    const engine = await loadEngine({ threads: 1 });
    expect(await loadEngine({ threads: 2 })).toBe(engine);
    expect(await engineInfo()).toMatchObject({ name: "tensorflow", version: "4.22.0", threads: 1 });
    expect(engine.info.library).toMatch(/^2\.\d+/);
  });
});
