import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { request } from "undici";
import { expect, test } from "vitest";
import type { EmbeddedGitlab } from "../../src/embedded-gitlab/index.ts";
import { runStep } from "../../src/step/index.ts";
import step from "../../steps/junit-report-check.ts";
import { makeWorkTree, openFolder, openGitlab } from "../embedded-gitlab/gitlab.ts";

/** A project with an open merge request, a report, and the job of its pipeline. */
async function openMergeRequest() {
  const gitlab = await openGitlab({ importRepository: await makeWorkTree("begin") });
  const actions = [{ action: "create", file_path: "x", content: "x" }];
  await call(gitlab, "/repository/commits", {
    branch: "topic",
    start_branch: "main",
    commit_message: "c",
    actions,
  });
  await call(gitlab, "/merge_requests", {
    source_branch: "topic",
    target_branch: "main",
    title: "x",
  });
  const cwd = await openFolder();
  const env = {
    JUNIT_REPORTS: "junit.xml",
    MR_NOTE: "true",
    GITLAB_TOKEN: gitlab.tokens.developer,
    CI_API_V4_URL: gitlab.api,
    CI_PROJECT_ID: String(gitlab.project.id),
    CI_MERGE_REQUEST_IID: "1",
    CI_JOB_NAME: "unit tests",
  };
  const report = (failures: number): Promise<void> =>
    writeFile(
      join(cwd, "junit.xml"),
      `<testsuite name="s"><testcase classname="c" name="ok"/>${Array.from({ length: failures }, (_, at) => `<testcase classname="c" name="bad ${at} @root #1"><failure message="/merge now">\n/close\n\`\`\`\n</failure></testcase>`).join("")}</testsuite>`,
    );
  const run = (more: Record<string, string> = {}) =>
    runStep(step, { env: { ...env, ...more }, cwd });
  return { gitlab, report, run };
}

async function call(gitlab: EmbeddedGitlab, path: string, json?: unknown): Promise<unknown> {
  const { statusCode, body } = await request(`${gitlab.api}/projects/${gitlab.project.id}${path}`, {
    method: json === undefined ? "GET" : "POST",
    headers: { "private-token": gitlab.tokens.maintainer, "content-type": "application/json" },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  const answer: unknown = await body.json();
  if (statusCode >= 300) throw new Error(`${statusCode} ${JSON.stringify(answer)}`);
  return answer;
}

const notesOf = async (gitlab: EmbeddedGitlab): Promise<string[]> => {
  const notes = await call(gitlab, "/merge_requests/1/notes");
  if (!Array.isArray(notes)) return [];
  return notes.map((note: unknown) =>
    typeof note === "object" && note !== null && "body" in note ? String(note.body) : "",
  );
};

test("the note is made once, brought up to date, and left alone where nothing changed", async () => {
  const { gitlab, report, run } = await openMergeRequest();
  await report(1);
  const first = await run();
  expect(first.exitCode).toBe(1);
  const [note = ""] = await notesOf(gitlab);
  expect(note).toMatch(/^<!-- slipway:junit-report-check:unit%20tests -->\n/);
  expect(note).toContain("2 tests: 1 failed, 1 passed");

  await report(0);
  expect(await run()).toMatchObject({ exitCode: 0, record: { effects: [{ state: "applied" }] } });
  const updated = await notesOf(gitlab);
  expect(updated).toHaveLength(1);
  expect(updated[0]).toContain("**Tests: accepted**");

  expect(await run()).toMatchObject({ exitCode: 0, record: { effects: [{ state: "done" }] } });
  await run({ CI_JOB_NAME: "other" });
  expect(await notesOf(gitlab)).toHaveLength(2);
});

test("S13 text of a report stands in code alone: no quick action, mention or reference acts", async () => {
  const { gitlab, report, run } = await openMergeRequest();
  await report(2);
  await run();
  const [note = ""] = await notesOf(gitlab);
  let fence = "";
  const outside = note.split("\n").filter((line) => {
    const ticks = /^(`{3,})/.exec(line)?.[1] ?? "";
    if (fence === "" && ticks !== "") fence = ticks;
    else if (fence !== "" && line === fence) fence = "";
    else return fence === "";
    return false;
  });
  const prose = outside.join("\n").replaceAll(/<code>.*?<\/code>|(`+).*?\1/g, "");
  expect(prose).not.toMatch(/@root|#1|^\/(?:merge|close)/m);
});

test("without a token that may write notes the run says so and goes on", async () => {
  const { gitlab, report, run } = await openMergeRequest();
  await report(0);
  const result = await run({ GITLAB_TOKEN: "", CI_JOB_TOKEN: gitlab.tokens.job });
  expect(result.exitCode).toBe(0);
  expect(result.stderr).toContain("the job token may only read notes");
  expect(await notesOf(gitlab)).toEqual([]);
});

test("a note that cannot be written does not hide what the gate says", async () => {
  const { report, run } = await openMergeRequest();
  await report(1);
  const result = await run({ CI_MERGE_REQUEST_IID: "99" });
  expect(result.exitCode).toBe(1);
  expect(result.stderr).toContain("ERROR E_NOT_FOUND: Cannot read the notes of the merge request");
  expect(result.outputs).toMatchObject({ TESTS_FAILED: "1" });
  await report(0);
  expect((await run({ CI_MERGE_REQUEST_IID: "99" })).exitCode).toBe(3);
});

test("a dry run writes no note", async () => {
  const { gitlab, report, run } = await openMergeRequest();
  await report(0);
  const result = await run({ DRY_RUN: "true" });
  expect(result.stdout).toContain("would: Write the note of merge request !1");
  expect(await notesOf(gitlab)).toEqual([]);
});
