import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // A process for each file: the tensor engine's addon may not be loaded twice in one.
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    env: { TF_CPP_MIN_LOG_LEVEL: "2" },
  },
});
