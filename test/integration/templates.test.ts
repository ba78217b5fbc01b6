import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { parse } from "yaml";
import { yamlSnippets } from "../support/snippets.ts";
import { pythonTools } from "../support/python-tools.ts";
import { allSteps } from "../support/steps.ts";
import {
  type ListedJob,
  templateProject,
  templatesProject,
  templatesRef,
} from "../support/template-project.ts";

const root = join(import.meta.dirname, "../..");
const steps = await allSteps();
const dropIns = {
  pipeline: "gitlab_ci_templates/pipelines/conda_artifact_repo.yml",
  jobs: "gitlab_ci_templates/jobs/publish_conda_env.yml",
};
const components = readdirSync(join(root, "templates")).map((file) => file.replace(/\.yml$/, ""));
const files = [...Object.values(dropIns), ...components.map((name) => `templates/${name}.yml`)];

/** What every repository has besides the include. */
const testJob = "test:\n  stage: test\n  script: [pytest]\n";
const dropIn = (file: string, inputs = "") =>
  `include:\n  - project: ${templatesProject}\n    ref: ${templatesRef}\n    file: /${file}\n${inputs}`;
const component = (name: string, inputs = "") =>
  `include:\n  - component: gitlab.example.org/${templatesProject}/${name}@${templatesRef}\n${inputs}`;

const branch = { branch: "main" } as const;
const tag = { tag: "v0.15.0" } as const;

/** Name → how it starts. */
const started = (jobs: readonly ListedJob[]) =>
  Object.fromEntries(jobs.map(({ name, when }) => [name, when]));

interface Spec {
  readonly spec: {
    readonly inputs: Readonly<Record<string, { description?: string; default?: unknown }>>;
  };
}

function partsOf(file: string): { spec: Spec; body: string } {
  const [spec = "", body = ""] = readFileSync(join(root, file), "utf8").split(/^---\n/m);
  return { spec: parse(spec), body };
}

describe("GitLab's own schema", () => {
  const tools = pythonTools("check-jsonschema", ["check-jsonschema==0.39.0"]);
  const whyNot = "whyNot" in tools ? tools.whyNot : undefined;
  const check = (...texts: readonly string[]) => {
    const folder = mkdtempSync(join(tmpdir(), "slipway-schema-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const paths = texts.map((text, index) => {
      const path = join(folder, `${index}.yml`);
      writeFileSync(path, text);
      return path;
    });
    execFileSync(
      join("folder" in tools ? tools.folder : "", "bin/check-jsonschema"),
      ["--builtin-schema=vendor.gitlab-ci", "--data-transform=gitlab-ci", ...paths],
      { stdio: "pipe" },
    );
  };

  test.for(files)("%s fits", (file, { skip }) => {
    skip(whyNot !== undefined, whyNot);
    // What is put in for an input is checked in the pipelines below; here it is any text that fits.
    const body = partsOf(file)
      .body.replaceAll(/"?\$\[\[ inputs\.(rules|before_script) \]\]"?/g, "[]")
      .replaceAll(/\$\[\[ inputs\.\w+ \]\]/g, "x");
    check(body);
  });

  test(".gitlab-ci.yml of the project and of the example fit", ({ skip }) => {
    skip(whyNot !== undefined, whyNot);
    for (const file of [".gitlab-ci.yml", "examples/job-project/.gitlab-ci.yml"])
      check(readFileSync(join(root, file), "utf8"));
  });

  test("what the pages show as pipelines and jobs fits", ({ skip }) => {
    skip(whyNot !== undefined, whyNot);
    const shown = yamlSnippets()
      .map(({ text }) => text)
      .filter((text) => /^include:|^ {2}(?:script|extends):/m.test(text));
    expect(shown.length).toBeGreaterThan(10);
    check(...shown);
  });

  test("it refuses what is none", ({ skip }) => {
    skip(whyNot !== undefined, whyNot);
    expect(() => check("job:\n  script: [x]\n  retry: { max: 9 }\n")).toThrow();
  });
});

describe("the drop-in pipeline", () => {
  // The repository's own stages list comes and goes with its author.
  describe.each(["", "stages: [lint, test]\n"])("with the stages list %j", (stages) => {
    const project = (inputs = "") =>
      templateProject(`${stages}${dropIn(dropIns.pipeline, inputs)}${testJob}`);

    test("offers the release and the publication on the default branch", async () => {
      expect(started(await (await project()).jobs(branch))).toEqual({
        test: "on_success",
        build_conda_env: "on_success",
        publish_conda_env: "manual",
        trigger_release: "manual",
        republish_release: "manual",
      });
    });

    test("publishes and releases on a tag by itself", async () => {
      expect(started(await (await project()).jobs(tag))).toEqual({
        test: "on_success",
        build_conda_env: "on_success",
        publish_conda_env: "on_success",
        create_release: "on_success",
      });
    });

    test("leaves other branches alone", async () => {
      expect(started(await (await project()).jobs({ branch: "feature" }))).toEqual({
        test: "on_success",
      });
    });

    test("judges reports only where JUNIT_REPORTS names them", async () => {
      const jobs = await (await project()).jobs(branch, { JUNIT_REPORTS: "junit.xml" });
      expect(started(jobs)).toMatchObject({ check_reports: "on_success" });
    });

    test("proposes the artifact only where DEPLOY_PROJECT names the DAG repository", async () => {
      const jobs = await (await project()).jobs(tag, { DEPLOY_PROJECT: "group/dags" });
      expect(started(jobs)).toMatchObject({ propose_artifact: "on_success" });
    });

    test("publishes no development version under a release that is to be completed", async () => {
      const jobs = await (await project()).jobs(branch, { RELEASE_TAG: "v0.14.0" });
      expect(started(jobs)).not.toHaveProperty("publish_conda_env");
    });

    test("offers a job for each part where pipeline variables are forbidden", async () => {
      const jobs = await (await project("    inputs: { bump_jobs: true }\n")).jobs(branch);
      expect(started(jobs)).toMatchObject({
        "trigger_release:major": "manual",
        "trigger_release:minor": "manual",
        "trigger_release:patch": "manual",
      });
    });

    test("releases after every test", async () => {
      const jobs = await (await project()).jobs(branch);
      const stageOf = (name: string) => jobs.find((job) => job.name === name)?.stage;
      expect(stageOf("build_conda_env")).toBe("test");
      expect(stageOf("trigger_release")).toBe(".post");
    });
  });

  test("takes the names of stages as inputs", async () => {
    const inputs = "    inputs: { build_stage: build, release_stage: publish }\n";
    const project = await templateProject(
      `stages: [build, verify, publish]\n${dropIn(dropIns.pipeline, inputs)}`,
    );
    const stages = new Set((await project.jobs(branch)).map(({ stage }) => stage));
    expect([...stages].toSorted()).toEqual(["build", "publish"]);
  });

  test("prepares the release as the repository prepares its build", async () => {
    const prepared = `build_conda_env:
  extends: .build_conda_env
  before_script:
    - !reference [.setup_conda, before_script]
    - apt-get update
    - apt-get install -y libkrb5-dev gcc
`;
    const project = await templateProject(dropIn(dropIns.pipeline) + testJob + prepared);
    const { build_conda_env, trigger_release, republish_release } = await project.resolved();
    const expected = ["slipway --version", "apt-get update", "apt-get install -y libkrb5-dev gcc"];
    for (const job of [build_conda_env, trigger_release, republish_release])
      expect(job?.["before_script"]).toEqual(expected);
    expect(build_conda_env?.["script"]).toEqual(["conda-pack"]);
  });

  test("says of every job how its report is kept and when it is tried again", async () => {
    const project = await templateProject(dropIn(dropIns.pipeline) + testJob);
    const { variables, stages, test: own, workflow, ...resolved } = await project.resolved();
    const jobs = Object.entries(resolved).filter(([name]) => !name.startsWith("."));
    expect(jobs.length).toBeGreaterThan(8);
    for (const [name, job] of jobs) {
      expect(job, name).toMatchObject({
        image: { name: "$SLIPWAY_IMAGE" },
        retry: { max: 2, exit_codes: [4] },
        artifacts: {
          when: "always",
          access: "developer",
          expire_in: expect.stringMatching(/^\d+ weeks$/),
          paths: expect.arrayContaining(["slipway-report/"]),
        },
      });
      // Nobody needs to press play for a pipeline to be green.
      const rules = Array.isArray(job["rules"]) ? job["rules"] : [];
      for (const rule of rules.filter(({ when }) => when === "manual"))
        expect(rule, name).toMatchObject({ allow_failure: true });
      if (/release|publish|propose/.test(name))
        expect(job, name).toMatchObject({ interruptible: false, resource_group: "release" });
    }
    expect(own).toBeDefined();
    expect(variables?.["POST_RELEASE_VERSION_BUMP"]).toBeDefined();
    expect(stages === undefined || workflow === undefined).toBe(true);
  });

  test("lets the form of a new pipeline offer the three parts, minor first", () => {
    const { body } = partsOf(dropIns.pipeline);
    const { variables } = parse(body, { logLevel: "silent" });
    expect(variables.POST_RELEASE_VERSION_BUMP).toMatchObject({
      value: "minor",
      options: ["major", "minor", "patch"],
      description: expect.stringMatching(/./),
    });
  });
});

test("the job alone publishes, and releases nothing", async () => {
  const project = await templateProject(dropIn(dropIns.jobs) + testJob);
  expect(started(await project.jobs(branch))).toEqual({
    test: "on_success",
    build_conda_env: "on_success",
    publish_conda_env: "manual",
  });
  expect(started(await project.jobs(tag))).toEqual({
    test: "on_success",
    build_conda_env: "on_success",
    publish_conda_env: "on_success",
  });
});

test("the component of the whole pipeline is the drop-in pipeline", async () => {
  const inputs = "    inputs: { bump_jobs: true }\n";
  const included = await templateProject(component("conda-artifact-repo", inputs) + testJob);
  const dropped = await templateProject(dropIn(dropIns.pipeline, inputs) + testJob);
  expect(await included.resolved()).toEqual(await dropped.resolved());
});

describe("components", () => {
  test("are as many as GitLab takes in one project, one for every step", () => {
    expect(components.length).toBeLessThanOrEqual(30);
    expect(components).toEqual(expect.arrayContaining([...steps.keys()]));
  });

  test.each(components)("%s describes each of its inputs within GitLab's limits", (name) => {
    const { spec, body } = partsOf(`templates/${name}.yml`);
    for (const [input, { description, default: fallback }] of Object.entries(spec.spec.inputs)) {
      expect(input).toMatch(/^[a-z][a-z0-9_]*$/);
      expect(description, input).toMatch(/\.$/);
      expect(JSON.stringify(fallback ?? "").length).toBeLessThan(1024);
      expect(body, input).toContain(`$[[ inputs.${input} ]]`);
    }
  });

  test.each([...steps])("%s runs its step with what it is given", async (name, step) => {
    const required = Object.entries(partsOf(`templates/${name}.yml`).spec.spec.inputs)
      .filter(([, { default: fallback }]) => fallback === undefined)
      .map(([input]) => `${input}: x`);
    const inputs = `    inputs: { job: mine, stage: deploy, ${required.join(", ")} }\n`;
    const project = await templateProject(component(name, inputs) + testJob);
    const { mine } = await project.resolved();
    expect(mine).toMatchObject({ stage: "deploy", script: [name] });
    const secrets = Object.entries(step.inputs).filter(([, { secret }]) => secret);
    for (const [secret] of secrets) expect(mine?.["variables"]).not.toHaveProperty(secret);
  });
});
