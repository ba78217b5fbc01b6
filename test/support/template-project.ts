import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { onTestFinished } from "vitest";
import { parse } from "yaml";

const root = join(import.meta.dirname, "../..");
export const runner = join(root, "node_modules/gitlab-ci-local/dist/index.js");
/** The project that job repositories include the templates from. */
export const templatesProject = "repos/data-engineering/workflow_utils";
export const templatesRef = "v1.0.0";

export interface ListedJob {
  readonly name: string;
  readonly stage: string;
  readonly when: string;
}

export type Reference = { readonly branch: string } | { readonly tag: string };
type Variables = Readonly<Record<string, string>>;

/** A project with a pipeline that is read, by another implementation of GitLab's rules, but not run. */
export interface TemplateProject {
  /** The jobs that a pipeline for this ref has. */
  jobs(ref: Reference, variables?: Variables): Promise<readonly ListedJob[]>;
  /** The whole configuration with everything included and resolved. */
  resolved(): Promise<Readonly<Record<string, Readonly<Record<string, unknown>>>>>;
}

/** @throws where the configuration is invalid, by GitLab's schema among other things. */
export async function templateProject(configuration: string): Promise<TemplateProject> {
  const folder = mkdtempSync(join(tmpdir(), "slipway-templates-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const git = (...args: readonly string[]) =>
    execa("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", ...args], {
      cwd: folder,
    });
  writeFileSync(join(folder, ".gitlab-ci.yml"), configuration);
  // Where it keeps what it has fetched.
  const included = `.gitlab-ci-local/includes/gitlab.example.org/${templatesProject}/${templatesRef}`;
  mkdirSync(join(folder, included), { recursive: true });
  for (const part of ["gitlab_ci_templates", "templates"])
    cpSync(join(root, part), join(folder, included, part), { recursive: true });
  await git("init", "--quiet", "--initial-branch=main");
  await git("remote", "add", "origin", "https://gitlab.example.org/group/job-project.git");
  await git("add", ".gitlab-ci.yml");
  await git("commit", "--quiet", "--message=Add it");
  const read = async (...args: readonly string[]) => {
    const { stdout } = await execa(process.execPath, [runner, ...args], { cwd: folder });
    return stdout;
  };
  return {
    async jobs(ref, variables = {}) {
      const listed: readonly ListedJob[] = JSON.parse(
        await read(
          "--list-json",
          ...refOptions(ref),
          ...Object.entries(variables).map(([name, value]) => `--variable=${name}=${value}`),
        ),
      );
      return listed.filter(({ when }) => when !== "never");
    },
    async resolved() {
      const preview: Readonly<Record<string, Readonly<Record<string, unknown>>>> = parse(
        await read("--preview"),
        { customTags: [{ tag: "!reference", collection: "seq" }], logLevel: "silent" },
      );
      return preview;
    },
  };
}

/** What makes a run that of a pipeline for this ref. */
export function refOptions(ref: Reference): readonly string[] {
  // Else it warns of them, among what it prints for machines.
  const known = "--ignore-predefined-vars=CI_COMMIT_REF_NAME,CI_COMMIT_BRANCH,CI_COMMIT_TAG";
  return "tag" in ref
    ? [
        known,
        "--unset-variable=CI_COMMIT_BRANCH",
        `--variable=CI_COMMIT_TAG=${ref.tag}`,
        `--variable=CI_COMMIT_REF_NAME=${ref.tag}`,
      ]
    : [
        known,
        `--variable=CI_COMMIT_BRANCH=${ref.branch}`,
        `--variable=CI_COMMIT_REF_NAME=${ref.branch}`,
      ];
}
