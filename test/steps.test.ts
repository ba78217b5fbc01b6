import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { commonInputs } from "../src/step/common-inputs.ts";
import { readInputs } from "../src/step/inputs/read.ts";
import { knownNames } from "../src/step/known-names.ts";
import { runStep } from "../src/step/run-step.ts";
import { predefinedVariables } from "./support/predefined-variables.ts";
import { temporaryFolder } from "./support/repositories.ts";
import { sources } from "./support/imports.ts";
import { allSteps } from "./support/steps.ts";

const root = join(import.meta.dirname, "..");
const steps = await allSteps();
const kitInputs = Object.keys(commonInputs);

/** Names that a later job's own variables, or the tools it runs, are likely to have. */
const generic =
  /^(VERSION|NAME|TAG|URL|FILE|FILES|PATH|SHA|SHA256|COMMIT|BRANCH|REF|COUNT|STATUS|RESULT|OUTPUT|PACKAGE|RELEASE|HOME|CI_.*|GITLAB_.*|SLIPWAY_.*|DRY_RUN|LOG_.*)$/;

describe.each([...steps])("%s", (name, step) => {
  test("is named after its file, in kebab case, and says in one sentence what it does", () => {
    expect(step.name).toBe(name);
    expect(name).toMatch(/^[a-z]+(-[a-z]+)+$/);
    expect(step.summary).toMatch(/^[A-Z].*[^.]$/);
  });

  test("has two examples or more, each with its own name as the command", () => {
    expect(step.examples.length).toBeGreaterThanOrEqual(2);
    for (const { title, command } of step.examples) {
      expect(title).toMatch(/^[A-Z].*[^.]$/);
      expect(command).toContain(name);
    }
  });

  test("says of every input and output what it is", () => {
    for (const [input, { about }] of Object.entries(step.inputs)) {
      expect(input).toMatch(/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/);
      expect(about).toMatch(/^[A-Z][^]*\.$/);
    }
    for (const [output, about] of Object.entries(step.outputs)) {
      expect(output).toMatch(/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)*$/);
      expect(about).toMatch(/^[A-Z]/);
    }
  });

  test("has good defaults", () => {
    for (const [input, declared] of Object.entries(step.inputs))
      if (declared.default !== undefined)
        expect(() => declared.parse(declared.default ?? ""), input).not.toThrow();
  });

  test("redeclares no input that every step has", () => {
    expect(Object.keys(step.inputs).filter((input) => kitInputs.includes(input))).toEqual([]);
  });

  test("writes no output with a general name or the name of an input of its own", () => {
    const names = Object.keys(step.outputs);
    expect(names.filter((output) => generic.test(output))).toEqual([]);
    expect(names.filter((output) => Object.hasOwn(step.inputs, output))).toEqual([]);
  });

  test("takes GITLAB_TOKEN where it takes CI_JOB_TOKEN, which is dead after its job", () => {
    const inputs = Object.entries(step.inputs);
    const takes = inputs.some(([input, { from = [] }]) =>
      [input, ...from].includes("CI_JOB_TOKEN"),
    );
    expect(takes && !Object.hasOwn(step.inputs, "GITLAB_TOKEN")).toBe(false);
  });

  test("keeps every token, password and key secret", () => {
    const telling = /(^|_)(TOKEN|PASSWORD|PASSPHRASE|SECRET|CREDENTIALS?|AUTH|WEBHOOK)(_|$)/;
    const open = Object.entries(step.inputs).filter(
      ([input, { kind }]) => telling.test(input) && !kind.startsWith("secret"),
    );
    expect(open.map(([input]) => input)).toEqual([]);
  });

  test("warns of no predefined variable and of no other step's input", () => {
    const others = [...steps.values()].flatMap((other) => Object.keys(other.inputs));
    const outputs = [...steps.values()].flatMap((other) => Object.keys(other.outputs));
    const env = Object.fromEntries(
      [...predefinedVariables, ...others, ...outputs, ...kitInputs].map((set) => [set, "1"]),
    );
    const sourcesOf = { env, earlier: new Map(), known: knownNames(step) };
    expect(readInputs(step.inputs, sourcesOf).warnings).toEqual([]);
    expect(readInputs(commonInputs, sourcesOf).warnings).toEqual([]);
  });

  test("has a page in the reference", () => {
    expect(existsSync(join(root, "docs/reference", `${name}.md`))).toBe(true);
  });
});

describe.each(["tag-release", "upload-package", "create-release", "release-status"])(
  "%s without a token",
  (name) => {
    const run = async (env: Record<string, string>) => {
      const step = steps.get(name);
      if (step === undefined) throw new Error(`There is no ${name}.`);
      const cwd = await temporaryFolder();
      writeFileSync(join(cwd, "project.zip"), "content");
      return runStep(step, { env, cwd });
    };
    const complete = {
      GITLAB_API: "https://gitlab.example.org/api/v4",
      GITLAB_PROJECT: "group/project",
      REPOSITORY_URL: "https://gitlab.example.org/group/project",
      PACKAGE_FILES: "*.zip",
      PACKAGE_NAME: "project",
      RELEASE_TAG: "v1.0.0",
    };

    test("says so among all that is wrong", async () => {
      const { exitCode, stdout, stderr } = await run({ ...complete, GITLAB_API: "somewhere" });
      const said = stdout + stderr;
      expect(exitCode).toBe(2);
      expect(said).toContain("E_INPUTS");
      expect(said).toContain("GITLAB_API: got");
      expect(said).toMatch(/GITLAB_TOKEN.*: got nothing, expected a token in one of them/);
    });

    test("has a code of its own where nothing else is wrong", async () => {
      const { exitCode, stdout, stderr } = await run(complete);
      expect(exitCode).toBe(2);
      expect(stdout + stderr).toContain("E_TOKEN_MISSING");
    });
  },
);

test("every error code stands in one table only", async () => {
  const tables = [...sources(["src/**/*.ts"])].filter(([, content]) =>
    /= defineErrors\(/.test(content),
  );
  expect(tables.length).toBeGreaterThan(3);
  const codes = tables.flatMap(([, content]) =>
    [...content.matchAll(/^ {2}(E_[A-Z0-9_]+): \{/gm)].map(([, code = ""]) => code),
  );
  expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
});

test("every error that is raised by name stands in the tables of the docs", () => {
  const all = [...sources(["src/**/*.ts", "steps/**/*.ts"]).values()].join("\n");
  const declared = new Set([...all.matchAll(/^ {2}(E_[A-Z0-9_]+): \{/gm)].map(([, code]) => code));
  const raised = [...all.matchAll(/"(E_[A-Z][A-Z0-9_]*[A-Z0-9])"/g)].map(([, code]) => code);
  expect(raised.filter((code) => !declared.has(code))).toEqual([]);
});

test("the generated documentation is what the declarations say", () => {
  const script = join(root, "scripts/docs.ts");
  const { status, stderr } = spawnSync(process.execPath, [script, "--check"], { encoding: "utf8" });
  expect(stderr).toBe("");
  expect(status).toBe(0);
});
