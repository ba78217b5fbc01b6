import { defineConfig } from "vitest/config";

/** Suites by what they need. `unit` needs nothing but Node, git and python3; the others say what they miss when they skip. */
export default defineConfig({
  test: {
    reporters: ["default", "./scripts/tally-reporter.ts"],
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/{integration,containers,pipelines,faults}/**"],
          // No module of ours keeps state, so that the files of one worker share what they import: half the time of all.
          isolate: false,
          // For a machine that does much else at the same time; on a quiet one all of them take seconds.
          testTimeout: 60_000,
        },
      },
      {
        test: {
          name: "integration",
          include: ["test/{integration,faults}/**/*.test.ts"],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      {
        test: {
          name: "containers",
          include: ["test/{containers,pipelines}/**/*.test.ts"],
          testTimeout: 600_000,
          hookTimeout: 900_000,
          fileParallelism: false,
          globalSetup: "./test/support/image.ts",
          // Its reaper is an image that cannot be pulled everywhere; the tests stop what they start.
          env: { TESTCONTAINERS_RYUK_DISABLED: "true" },
        },
      },
    ],
  },
});
