import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type EmbeddedGitlab, startEmbeddedGitlab } from "../../src/embedded-gitlab/index.ts";
import { runStep, type StepRun } from "../../src/step/index.ts";
import proposeArtifact from "../../steps/propose-artifact.ts";
import { call, type CallAnswer, field } from "../embedded-gitlab/call.ts";
import { quickClock } from "./gitlab-client.ts";

export const path = "analytics/config/artifacts.yaml";
export const dag = "analytics/dags/job.py";
export const oldName = "job-0.15.0.conda.tgz";
export const newName = "job-0.16.0.conda.tgz";

export const declared = (name: string, id: string): string => `# What the analytics instance runs.
artifacts:
  # counts views
  ${name}:
    id: ${id}
    source: url  # public
`;

/** A job project with two released packs and a project of DAGs that declares the older one, on a GitLab of the test's own. */
export interface DeployWorld {
  readonly gitlab: EmbeddedGitlab;
  /** Where the step runs. */
  readonly work: string;
  dags(): { readonly id: number; readonly path: string };
  deployToken(): string;
  /** Of the user of the deploy token. */
  developerId(): number;
  /** Address of the pack of a version. */
  url(version: string): string;
  /** Uploads a pack with its bill of materials, and releases it. */
  upload(
    version: string,
    text: string,
    packages: readonly (readonly [string, string])[],
  ): Promise<void>;
  /** Another project of DAGs in place of the first. */
  startDags(files: Readonly<Record<string, string>>): Promise<void>;
  /** The variables of the job of the tag. */
  env(): Readonly<Record<string, string>>;
  /** The step as that job runs it, with time that passes at once. */
  propose(env?: Readonly<Record<string, string>>): Promise<StepRun>;
  /** The project of DAGs, as a maintainer of it sees it. */
  api(rest: string, method?: string, json?: unknown): Promise<CallAnswer>;
  fileAt(ref: string, file?: string): Promise<string>;
  /** A person's commit. */
  edit(branch: string, content: string, file?: string): Promise<CallAnswer>;
  /** Oldest first. */
  mergeRequests(): Promise<unknown>;
  merge(iid: number): Promise<CallAnswer>;
  close(): Promise<void>;
}

export async function startDeployWorld(): Promise<DeployWorld> {
  const folder = mkdtempSync(join(tmpdir(), "propose-"));
  const jobs = makeRepository(join(folder, "jobs"), { "README.md": "# Job\n" });
  for (const tag of ["v0.15.0", "v0.16.0"]) execFileSync("git", ["tag", tag], { cwd: jobs });
  const gitlab = await startEmbeddedGitlab({ importRepository: jobs, project: "group/job" });
  const work = join(folder, "work");
  mkdirSync(work);
  let count = 0;
  let dags = { id: 0, path: "" };
  let [deployToken, personToken, developerId] = ["", "", 0];

  const world: DeployWorld = {
    gitlab,
    work,
    dags: () => dags,
    deployToken: () => deployToken,
    developerId: () => developerId,
    url: (version) =>
      `${gitlab.api}/projects/${gitlab.project.id}/packages/generic/job/${version}/job-${version}.conda.tgz`,
    async upload(version, text, packages) {
      const bom = JSON.stringify({
        bomFormat: "CycloneDX",
        components: packages.map(([purl, one]) => ({
          name: purl.split("/")[1],
          version: one,
          purl: `pkg:${purl}@${one}`,
        })),
      });
      const headers = { "private-token": gitlab.tokens.maintainer };
      const address = world.url(version);
      await fetch(address, { method: "PUT", body: text, headers });
      await fetch(`${address}.cdx.json`, { method: "PUT", body: bom, headers });
      await call(gitlab, `/projects/${gitlab.project.id}/releases`, {
        method: "POST",
        token: gitlab.tokens.maintainer,
        json: { tag_name: `v${version}`, description: `- news of ${version}\n/close\n@all` },
      });
    },
    async startDags(files) {
      const name = `dags-${(count += 1)}`;
      const importRepository = makeRepository(join(folder, name), files);
      dags = await gitlab.admin.createProject({ path: `group/${name}`, importRepository });
      gitlab.admin.protectBranch(dags.id, "main");
      const token = gitlab.admin.createToken({
        kind: "project",
        project: dags.id,
        role: "developer",
        scopes: ["api"],
      });
      deployToken = token.value;
      developerId = token.userId ?? 0;
      personToken = gitlab.admin.createToken({
        kind: "personal",
        project: dags.id,
        role: "maintainer",
        scopes: ["api"],
      }).value;
    },
    env: () => ({
      PATH: process.env["PATH"] ?? "",
      CI_API_V4_URL: gitlab.api,
      CI_PROJECT_ID: String(gitlab.project.id),
      CI_PROJECT_PATH: "group/job",
      CI_PROJECT_NAME: "job",
      CI_JOB_TOKEN: gitlab.tokens.job,
      DEPLOY_PROJECT: dags.path,
      DEPLOY_TOKEN: deployToken,
      DEPLOY_FILES: path,
      PACKAGE_FILE_URL: world.url("0.16.0"),
    }),
    propose: (env = {}) =>
      runStep(proposeArtifact, {
        cwd: work,
        clock: quickClock(new Date().toISOString()),
        env: { ...world.env(), ...env },
      }),
    api: (rest, method = "GET", json) =>
      call(gitlab, `/projects/${dags.id}${rest}`, {
        method,
        token: personToken,
        ...(json === undefined ? {} : { json }),
      }),
    async fileAt(ref, file = path) {
      const { body } = await world.api(
        `/repository/files/${encodeURIComponent(file)}?ref=${encodeURIComponent(ref)}`,
      );
      return Buffer.from(String(field(body, "content") ?? ""), "base64").toString();
    },
    edit: (branch, content, file = path) =>
      world.api("/repository/commits", "POST", {
        branch,
        commit_message: "A person's commit",
        actions: [{ action: "update", file_path: file, content }],
      }),
    mergeRequests: async () => (await world.api("/merge_requests?sort=asc")).body,
    merge: (iid) => world.api(`/merge_requests/${iid}/merge`, "PUT", {}),
    async close() {
      await gitlab.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await world.startDags({
    [path]: declared(oldName, world.url("0.15.0")),
    [dag]: 'run("views")\n',
  });
  await world.upload("0.15.0", "the old pack", [["conda/python", "3.11.1"]]);
  await world.upload("0.16.0", "the new and larger pack", [
    ["conda/python", "3.11.2"],
    ["pypi/attrs", "25.1"],
  ]);
  return world;
}

function makeRepository(root: string, files: Readonly<Record<string, string>>): string {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  const git = (...args: string[]) =>
    execFileSync("git", ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", ...args], {
      cwd: root,
    });
  git("init", "--quiet", "--initial-branch=main");
  git("add", "--all");
  git("commit", "--quiet", "--message=Begin");
  return root;
}
