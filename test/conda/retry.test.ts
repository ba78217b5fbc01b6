import { expect, test } from "vitest";
import {
  certificateFailure,
  networkFailure,
  Transient,
  withPatience,
} from "../../src/conda/http/retry.ts";

const patience = { tries: 4, firstWaitMs: 100, longestWaitMs: 250 };

function waitingClock() {
  const waits: number[] = [];
  return {
    waits,
    clock: {
      now: () => new Date(0),
      monotonicMs: () => 0,
      sleep: async (ms: number) => {
        waits.push(ms);
      },
    },
  };
}

test("what another try may cure is tried again, each time after a longer wait", async () => {
  const { clock, waits } = waitingClock();
  const { signal } = new AbortController();
  const work = withPatience(
    async (attempt) => {
      if (attempt < 4) throw new Transient("busy");
      return attempt;
    },
    { patience, clock, signal },
  );
  expect(await work).toBe(4);
  expect(waits).toEqual([100, 200, 250]);
});

test("a server that names a time is asked again then, but never later than the longest wait", async () => {
  const { clock, waits } = waitingClock();
  const { signal } = new AbortController();
  const afterMs = [20, 9000, 0];
  const work = withPatience(
    async () => {
      throw new Transient("busy", { afterMs: afterMs.shift() });
    },
    { patience, clock, signal },
  );
  await expect(work).rejects.toThrow("busy");
  expect(waits).toEqual([20, 250, 0]);
});

test("everything else ends the work at once", async () => {
  const { clock, waits } = waitingClock();
  const { signal } = new AbortController();
  let tries = 0;
  const work = withPatience(
    async () => {
      tries += 1;
      throw new Error("wrong");
    },
    { patience, clock, signal },
  );
  await expect(work).rejects.toThrow("wrong");
  expect([tries, waits]).toEqual([1, []]);
});

test("whoever stops the run stops the tries", async () => {
  const controller = new AbortController();
  const { clock } = waitingClock();
  const work = withPatience(
    async () => {
      controller.abort(new Error("stopped"));
      throw new Transient("busy");
    },
    { patience, clock, signal: controller.signal },
  );
  await expect(work).rejects.toThrow("stopped");
});

test("failures of the network are told from others, however deep they lie", () => {
  const reset = Object.assign(new Error("read ECONNRESET"), { code: "ECONNRESET" });
  expect(networkFailure(new Error("fetch failed", { cause: reset }))).toBe("read ECONNRESET");
  expect(networkFailure(Object.assign(new Error("no"), { code: "ENOSPC" }))).toBeUndefined();
  expect(networkFailure("text")).toBeUndefined();
});

test("a certificate that is refused is no failure of the network", () => {
  const message = "unable to verify the first certificate; if the root CA is installed locally, …";
  const refused = Object.assign(new Error(message), { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" });
  expect(networkFailure(refused)).toBeUndefined();
  expect(certificateFailure(new Error("failed", { cause: refused }))).toBe(
    "unable to verify the first certificate",
  );
});
