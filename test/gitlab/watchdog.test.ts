import { expect, test } from "vitest";
import { startWatchdog } from "../../src/gitlab/watchdog.ts";

const timers = (): number =>
  process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length;

test("a watchdog that was stopped expects nothing more, and keeps no process alive", () => {
  const before = timers();
  const dog = startWatchdog(() => {});
  dog.expect("an answer", 60_000);
  expect(timers()).toBe(before + 1);
  dog.stop();
  // The answer may be there before the source of the body is told that its last piece has left.
  dog.expect("no answer came", 60_000);
  dog.moved();
  expect(timers()).toBe(before);
});
