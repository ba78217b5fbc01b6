/**
 * Writes what is generated: docs/reference, docs/errors.md, the README's table of steps, the CI/CD components in
 * templates, the version of the image in gitlab_ci_templates.
 *
 * With `--check` nothing is written; a difference ends with exit code 1 and names the files.
 */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pinned, pipelineComponent, stepComponent } from "./docs/components.ts";
import { errorsPage } from "./docs/errors-page.ts";
import { loadErrorAreas, loadSteps } from "./docs/load.ts";
import { commonPage, referencePage } from "./docs/reference-page.ts";
import { inputsSchema, recordSchemaFile } from "./docs/schemas.ts";
import { stepsTable } from "./docs/steps-table.ts";

const root = join(import.meta.dirname, "..");
const reference = "docs/reference";
const components = "templates";
const dropIn = {
  pipeline: "gitlab_ci_templates/pipelines/conda_artifact_repo.yml",
  jobs: "gitlab_ci_templates/jobs/publish_conda_env.yml",
};

const steps = await loadSteps(root);
const areas = await loadErrorAreas(root);
const wanted = new Map([
  ...steps.flatMap((step) => [
    [`${reference}/${step.name}.md`, referencePage(step)] as const,
    [`${reference}/${step.name}.inputs.schema.json`, inputsSchema(step)] as const,
    [`${components}/${step.name}.yml`, stepComponent(step)] as const,
  ]),
  [
    `${components}/conda-artifact-repo.yml`,
    pipelineComponent(read(dropIn.pipeline), read(dropIn.jobs)),
  ],
  ...Object.values(dropIn).map((path) => [path, pinned(read(path))] as const),
  [`${reference}/every-step.md`, commonPage()],
  [`${reference}/step-record.schema.json`, recordSchemaFile()],
  ["docs/errors.md", errorsPage(areas, steps)],
  ["README.md", stepsTable(read("README.md"), steps)],
]);
const outdated = [...wanted].filter(([path, content]) => read(path) !== content);
const foreign = [...filesIn(reference), ...filesIn(components)].filter((path) => !wanted.has(path));

if (process.argv.includes("--check")) check();
else write();

function check(): void {
  const wrong = [...outdated.map(([path]) => path), ...foreign];
  if (wrong.length === 0) return;
  console.error(
    `Not as generated: ${wrong.join(", ")}. Run \`npm run docs\` and commit the result.`,
  );
  process.exitCode = 1;
}

function write(): void {
  for (const [path, content] of outdated) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
    console.log(`${path} written`);
  }
  for (const path of foreign) {
    rmSync(join(root, path));
    console.log(`${path} removed`);
  }
}

function read(path: string): string {
  try {
    return readFileSync(join(root, path), "utf8");
  } catch {
    return "";
  }
}

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(join(root, folder)).map((name) => `${folder}/${name}`);
  } catch {
    return [];
  }
}
