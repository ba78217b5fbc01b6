import { execa } from "execa";
import type { EmbeddedGitlab, RoleName } from "../../src/embedded-gitlab/index.ts";
import { basic } from "./call.ts";

/** Headers by which an actor of the contract tables shows who it is. */
export type Actor = Readonly<Record<string, string>>;

export interface Cast {
  readonly project: { readonly id: number; readonly path: string };
  /** A personal token of a member with this role; `none` is a user who is no member. */
  pat(role: RoleName): Actor;
  basicPat(role: RoleName): Actor;
  /** The token of a running job that a member with this role started. */
  job(role: RoleName): Promise<Actor>;
  basicJob(role: RoleName): Promise<Actor>;
  deploy(...scopes: readonly string[]): Actor;
}

export const nobody: Actor = {};
export const invalidPat: Actor = { "private-token": "glpat-wrongwrongwrongwrong" };
export const invalidBasic: Actor = basic("user", "wrong");
export const invalidJob: Actor = { "job-token": "wrong" };
export const invalidDeploy: Actor = { "deploy-token": "wrong" };

/** A fresh project and everyone who plays in GitLab's own request specs. */
export async function openCast(
  gitlab: EmbeddedGitlab,
  visibility: "private" | "public" | "internal" = "private",
): Promise<Cast> {
  castCount += 1;
  const { admin } = gitlab;
  const path = `cast/${visibility}-${castCount}`;
  const project = await admin.createProject({ path, visibility });
  const userOf = (role: RoleName): number => {
    const { id } = admin.createUser({ username: `${role}-${Math.random().toString(36).slice(2)}` });
    if (role !== "none") admin.setMember(project.id, id, role);
    return id;
  };
  const personal = (role: RoleName): string =>
    admin.createToken({ kind: "personal", scopes: ["api"], userId: userOf(role) }).value;
  const jobToken = async (role: RoleName): Promise<string> =>
    (await admin.startJob({ project: project.id, userId: userOf(role) })).token;
  return {
    project,
    pat: (role) => ({ "private-token": personal(role) }),
    basicPat: (role) => basic("anything", personal(role)),
    job: async (role) => ({ "job-token": await jobToken(role) }),
    basicJob: async (role) => basic("gitlab-ci-token", await jobToken(role)),
    deploy: (...scopes) => ({
      "deploy-token": admin.createToken({ kind: "deploy", scopes, project: project.id }).value,
    }),
  };
}

let castCount = 0;

/** Gives a project a first commit on main and these tags on it, past the API. @returns the commit's id. */
export async function seed(
  gitlab: EmbeddedGitlab,
  cast: Cast,
  ...tags: readonly string[]
): Promise<string> {
  const input = [
    "commit refs/heads/main",
    "mark :1",
    "committer Ann Author <ann@example.com> 1781517600 +0000",
    "data 12",
    "First commit",
    "M 100644 inline README.md",
    "data 8",
    "read me",
    "",
    ...tags.flatMap((tag) => [`reset refs/tags/${tag}`, "from :1", ""]),
    "get-mark :1",
    "",
  ].join("\n");
  const folder = `${gitlab.folder}/repositories/${cast.project.id}.git`;
  const { stdout } = await execa("git", ["--git-dir", folder, "fast-import", "--quiet"], { input });
  return stdout.trim();
}
