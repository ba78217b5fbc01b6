import { expect, test } from "vitest";
import { worstOf } from "../../../src/artifacts/sync/worst.ts";
import { syncError } from "../../../src/artifacts/sync-errors.ts";

const missing = { name: "a", error: syncError("E_SOURCE_MISSING", "It is not there.") };
const full = { name: "b", error: syncError("E_CACHE_FULL", "There is no room.") };

test("nothing failed is no error; the only artifact's failure is told as it is", () => {
  expect(worstOf([], 3)).toBeUndefined();
  expect(worstOf([missing], 1)).toBe(missing.error);
});

test("of several failures the highest class wins, and all are listed", () => {
  const worst = worstOf([missing, full], 5);
  expect(worst).toMatchObject({ code: "E_CACHE_FULL", exit: 5, hint: full.error.hint });
  expect(worst?.message).toBe(
    "2 of 5 artifacts failed:\n- a: E_SOURCE_MISSING: It is not there.\n- b: E_CACHE_FULL: There is no room.",
  );
});
