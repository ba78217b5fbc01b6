import { expect, test } from "vitest";
import { StepError } from "../../../src/step/index.ts";
import { openLog } from "../../../src/step/log/open.ts";
import { Redactor } from "../../../src/step/redact/redactor.ts";
import { recording, standingClock } from "../support/terminal.ts";

async function logIn(
  env: Record<string, string>,
  isTTY = false,
  level: "debug" | "info" | "warn" = "info",
) {
  const [out, err, clock] = [recording(isTTY), recording(isTTY), standingClock()];
  const redactor = new Redactor();
  redactor.add("correct-horse");
  const world = { env, cwd: "/", out, err, clock, signal: new AbortController().signal };
  const log = await openLog(world, { step: "a-step", format: "human", level, redactor });
  return { log, out, err, clock };
}

test("sentences go to standard output, warnings and errors to standard error", async () => {
  const { log, out, err } = await logIn({});
  log.info("one");
  log.warn("two");
  log.error(
    new StepError({
      code: "E_X",
      exit: 3,
      message: "three\nfour",
      hint: "Do it.",
      cause: new Error("five", { cause: "six" }),
    }),
  );
  expect(out.text()).toBe("one\n");
  expect(err.text()).toBe(`WARNING: two
ERROR E_X: three
four
What to do: Do it.
  because: five
  because: six
`);
});

test("the level decides what is said; what a failed run must tell is said at any", async () => {
  const { log, out, err } = await logIn({}, false, "warn");
  log.debug("no");
  log.info("no");
  await log.section("no", async () => {});
  log.progress("no", 1, "files").advance(1);
  log.tell("yes");
  log.warn("yes");
  expect(out.text()).toBe("yes\n");
  expect(err.text()).toBe("WARNING: yes\n");
});

test("at debug level the facts of a line are shown", async () => {
  const { log, out } = await logIn({}, false, "debug");
  log.debug("GET /projects", { status: 200, id: "correct-horse", list: [1] });
  expect(out.text()).toBe("GET /projects (status=200, id=[MASKED], list=[1])\n");
});

test("a section of a job collapses, under a name that is its own in the whole job", async () => {
  const { log, out, clock } = await logIn({ GITLAB_CI: "true" });
  const result = await log.section("Upload: Ä & files", async () => {
    clock.move(3000);
    return "result";
  });
  expect(result).toBe("result");
  expect(out.text()).toBe(
    "\u001B[0Ksection_start:1700000000:slipway_a-step_1_upload_files[collapsed=true]\r\u001B[0KUpload: Ä & files\n" +
      "\u001B[0Ksection_end:1700000003:slipway_a-step_1_upload_files\r\u001B[0K\n",
  );
});

test("a section ends where its work fails, and one that an interruption left open is ended once", async () => {
  const { log, out } = await logIn({ GITLAB_CI: "true" });
  await expect(log.section("fails", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
  const never = log.section("outer", () => log.section("inner", () => new Promise(() => {})));
  log.leaveSections();
  log.leaveSections();
  expect(never).toBeInstanceOf(Promise);
  const marks = out.text().match(/section_(?:start|end):\d+:\w+-\w+/g);
  expect(marks?.map((mark) => mark.replace(/:\d+:slipway_a-step/, ""))).toEqual([
    "section_start_1_fails",
    "section_end_1_fails",
    "section_start_2_outer",
    "section_start_3_inner",
    "section_end_3_inner",
    "section_end_2_outer",
  ]);
});

test("outside a job a section is a headline", async () => {
  const { log, out } = await logIn({});
  await log.section("Upload", async () => log.info("a file"));
  expect(out.text()).toBe("Upload\na file\n");
});

test("S13 control bytes, colours and forged sections in what is echoed are stripped", async () => {
  const { log, out, err } = await logIn({ NO_COLOR: "1", GITLAB_CI: "true" });
  const hostile =
    "\u001B[31mred\u001B[0m \u001B[0Ksection_end:1:x\r\u001B[0K \u0007\u0008\u009B1m\u007F end\ttab";
  log.info(hostile);
  log.warn(hostile);
  log.error(new StepError({ code: "E_X", exit: 3, message: hostile, hint: hostile }));
  expect(out.text() + err.text()).not.toMatch(/[\u0000-\u0008\u000B-\u001F\u007F-\u009F]/);
  expect(out.text()).toBe("red section_end:1:x 1m end\ttab\n");
});

const colours: readonly {
  title: string;
  env: Record<string, string>;
  isTTY: boolean;
  coloured: boolean;
}[] = [
  { title: "on a terminal", env: {}, isTTY: true, coloured: true },
  { title: "in a job", env: { GITLAB_CI: "true" }, isTTY: false, coloured: true },
  { title: "into a file or pipe", env: {}, isTTY: false, coloured: false },
  {
    title: "with NO_COLOR",
    env: { NO_COLOR: "1", GITLAB_CI: "true" },
    isTTY: true,
    coloured: false,
  },
  { title: "with an empty NO_COLOR", env: { NO_COLOR: "" }, isTTY: true, coloured: true },
  { title: "with FORCE_COLOR", env: { FORCE_COLOR: "1" }, isTTY: false, coloured: true },
  { title: "with FORCE_COLOR=0", env: { FORCE_COLOR: "0" }, isTTY: true, coloured: false },
  {
    title: "with NO_COLOR and FORCE_COLOR",
    env: { NO_COLOR: "1", FORCE_COLOR: "1" },
    isTTY: true,
    coloured: false,
  },
  { title: "on a dumb terminal", env: { TERM: "dumb" }, isTTY: true, coloured: false },
];

test.each(colours)("colour $title: $coloured", async ({ env, isTTY, coloured }) => {
  const { log, err } = await logIn(env, isTTY);
  log.warn("x");
  expect(err.text()).toBe(coloured ? "\u001B[33mWARNING:\u001B[39m x\n" : "WARNING: x\n");
});

test("in a job long work tells a line per 10 %, none for what is over at once", async () => {
  const { log, out, clock } = await logIn({ GITLAB_CI: "true" });
  const quick = log.progress("Quick", 10, "files");
  for (let file = 0; file < 10; file += 1) quick.advance(1);
  quick.end();
  expect(out.text()).toBe("");
  const slow = log.progress("Upload correct-horse", 200_000_000, "bytes");
  for (let part = 0; part < 40; part += 1) {
    clock.move(1000);
    slow.advance(5_000_000);
  }
  slow.end();
  const lines = out.text().trimEnd().split("\n");
  expect(lines).toHaveLength(9);
  expect(lines[0]).toBe("Upload [MASKED]: 10 %, 20 MB of 200 MB");
  expect(lines[8]).toBe("Upload [MASKED]: 90 %, 180 MB of 200 MB");
});

test("slow work tells a line per 10 s, also where its total is not known", async () => {
  const { log, out, clock } = await logIn({});
  const work = log.progress("Read", undefined, "files");
  for (let second = 1; second <= 25; second += 1) {
    clock.move(1000);
    work.advance(1);
  }
  expect(out.text()).toBe("Read: 10 files\nRead: 20 files\n");
});

test("on a terminal long work is one bar, which makes way for lines and is wiped at the end", async () => {
  const { log, out, clock } = await logIn({ NO_COLOR: "1" }, true);
  const work = log.progress("Upload", 4, "files");
  work.advance(1);
  work.advance(1);
  log.info("a line");
  log.info("another");
  clock.move(200);
  work.advance(1);
  work.end();
  expect(out.text()).toBe(
    `\r\u001B[KUpload ${"█".repeat(6)}${"░".repeat(18)} 25 %, 1 of 4 files` +
      "\r\u001B[Ka line\nanother\n" +
      `\r\u001B[KUpload ${"█".repeat(18)}${"░".repeat(6)} 75 %, 3 of 4 files` +
      "\r\u001B[K",
  );
});
