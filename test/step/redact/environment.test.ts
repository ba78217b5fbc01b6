import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { secretsInEnvironment } from "../../../src/step/redact/environment.ts";
import { temporaryFolder } from "../support/steps.ts";

const secretNames =
  "CI_JOB_TOKEN CI_PROJECT_PASSWORD MY_SECRET DOCKER_AUTH_CONFIG SSH_PRIVATE_KEY AWS_SECRET_ACCESS_KEY CHAT_WEBHOOK deploy_credentials TOKEN";

test.each(secretNames.split(" "))("%s is secret by its name", (name) => {
  expect(secretsInEnvironment({ [name]: "correct-horse" })).toEqual(["correct-horse"]);
});

const otherNames = "CI_COMMIT_AUTHOR CI_PROJECT_NAME MONKEY_NAME AUTHOR TOKENIZER PATH";

test.each(otherNames.split(" "))("%s is not secret: names are read word by word", (name) => {
  expect(secretsInEnvironment({ [name]: "correct-horse" })).toEqual([]);
});

test("values of fewer than eight characters are ignored", () => {
  expect(secretsInEnvironment({ CI_JOB_TOKEN: "1234567", MY_KEY: "" })).toEqual([]);
});

test("of a file-type variable the content is secret, not the path", async () => {
  const file = join(await temporaryFolder(), "key");
  await writeFile(file, "schlüssel-des-hauses\n");
  const secrets = secretsInEnvironment({ SIGNING_KEY: file });
  expect(secrets).toContain("schlüssel-des-hauses\n");
  expect(secrets).not.toContain(file);
});

test("a value that only looks like a path is a secret like any other", () => {
  expect(secretsInEnvironment({ MY_KEY: "/not/a/file/at/all" })).toEqual(["/not/a/file/at/all"]);
});

test("the path that a variable holds by declaration is no secret, a token in its place is", async () => {
  const paths = new Set(["GITLAB_TOKEN_FILE"]);
  const path = "/builds/group/project.tmp/GITLAB_TOKEN";
  expect(secretsInEnvironment({ GITLAB_TOKEN_FILE: path }, paths)).toEqual([]);
  expect(secretsInEnvironment({ GITLAB_TOKEN: path, OTHER_TOKEN_FILE: path }, paths)).toEqual([
    path,
    path,
  ]);
  expect(secretsInEnvironment({ GITLAB_TOKEN_FILE: "glpat-correct-horse" }, paths)).toEqual([
    "glpat-correct-horse",
  ]);
  const file = join(await temporaryFolder(), "token");
  await writeFile(file, "correct-horse\n");
  expect(secretsInEnvironment({ GITLAB_TOKEN_FILE: file }, paths)).toContain("correct-horse\n");
});

test("G20 the password in an address is secret under any name, also decoded", () => {
  const env = {
    HTTPS_PROXY: "http://me:p%40ssw0rd@proxy:3128",
    PIP_INDEX_URL: "https://host/simple",
  };
  expect(secretsInEnvironment(env)).toEqual(["p%40ssw0rd", "p@ssw0rd"]);
});
