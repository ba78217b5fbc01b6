import { expect, test } from "vitest";
import { chooseToken, tokenHeaders } from "../../src/gitlab/tokens.ts";
import { Secret } from "../../src/step/secret.ts";

const secret = (value: string) => new Secret(value);

test("the first variable that is set gives the token", () => {
  const token = chooseToken([
    { variable: "CI_JOB_TOKEN", secret: undefined },
    { variable: "GITLAB_TOKEN", secret: secret("glpat-1") },
    { variable: "CI_PROJECT_PASSWORD", secret: secret("glpat-2") },
  ]);
  expect(token).toMatchObject({ variable: "GITLAB_TOKEN", kind: "private" });
  expect(tokenHeaders(token)).toEqual({ "private-token": "glpat-1" });
});

test("a job token goes in its own header", () => {
  const token = chooseToken([{ variable: "CI_JOB_TOKEN", secret: secret("ey.J.x") }]);
  expect(tokenHeaders(token)).toEqual({ "job-token": "ey.J.x" });
});

test.each([
  { title: "has its prefix", value: "glcbt-64_abc", job: undefined },
  { title: "is the job's token by value", value: "ey.J.x", job: "ey.J.x" },
])("a job token in GITLAB_TOKEN is recognised where it $title", ({ value, job }) => {
  const token = chooseToken([
    { variable: "GITLAB_TOKEN", secret: secret(value) },
    { variable: "CI_JOB_TOKEN", secret: job === undefined ? undefined : secret(job) },
  ]);
  expect(token).toMatchObject({ variable: "GITLAB_TOKEN", kind: "job" });
});

test("without any token the error names all variables and the cure", () => {
  const choose = () =>
    chooseToken([
      { variable: "CI_JOB_TOKEN", secret: undefined },
      { variable: "GITLAB_TOKEN", secret: undefined },
    ]);
  expect(choose).toThrow("None of CI_JOB_TOKEN, GITLAB_TOKEN is set.");
});

test("a token never shows its value", () => {
  const token = chooseToken([{ variable: "GITLAB_TOKEN", secret: secret("glpat-canary") }]);
  expect(JSON.stringify(token)).not.toContain("glpat-canary");
});
