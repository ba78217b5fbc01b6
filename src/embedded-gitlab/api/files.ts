import { createHash } from "node:crypto";
import { assertMay } from "../access/permissions.ts";
import type { RouteAccess } from "../access/authenticate.ts";
import { listCommitIds } from "../git/commits.ts";
import { readObjects } from "../git/objects.ts";
import { resolveCommit } from "../git/refs.ts";
import { findFile } from "../git/trees.ts";
import { json, noContent } from "../http/answer.ts";
import type { Answer } from "../http/answer.ts";
import { queryParameters } from "../http/body.ts";
import type { Exchange } from "../http/exchange.ts";
import { param } from "../http/exchange.ts";
import { notFound, refuse } from "../http/refusals.ts";
import { route } from "../http/router.ts";
import { assertNoTraversal } from "../packages/names.ts";
import type { Project } from "../world/model.ts";
import { codeProject } from "./branches.ts";
import { planChanges, readContent } from "./commit-actions.ts";
import type { FileAction } from "./commit-actions.ts";
import { findCommitTarget, writeCommit } from "./write-commit.ts";
import type { CommitTarget } from "./write-commit.ts";

const read: RouteAccess = { scopes: ["read_repository"] };
const base = "/projects/:id/repository/files/:file_path";

/** https://docs.gitlab.com/api/repository_files/ */
export const fileRoutes = [
  route("HEAD", base, headFile, read),
  route("GET", base, getFile, read),
  route("HEAD", `${base}/raw`, headFile, { ...read, jobToken: "read_repositories" }),
  route("GET", `${base}/raw`, getRawFile, { ...read, jobToken: "read_repositories" }),
  route("POST", base, createFile),
  route("PUT", base, updateFile),
  route("DELETE", base, deleteFile),
];

async function headFile(exchange: Exchange): Promise<Answer> {
  const { facts } = await readFile(exchange);
  const headers = Object.entries(facts).map(([name, value]) => [headerOf(name), String(value)]);
  return { status: 200, headers: Object.fromEntries(headers) };
}

async function getFile(exchange: Exchange): Promise<Answer> {
  const { facts, content } = await readFile(exchange);
  return json({ ...facts, content: content.toString("base64") });
}

async function getRawFile(exchange: Exchange): Promise<Answer> {
  const { facts, content } = await readFile(exchange);
  const headers = Object.entries(facts).map(([name, value]) => [headerOf(name), String(value)]);
  return {
    status: 200,
    headers: { ...Object.fromEntries(headers), "content-type": "text/plain; charset=utf-8" },
    body: { kind: "bytes", value: content },
  };
}

async function createFile(exchange: Exchange): Promise<Answer> {
  return writeFile(exchange, "create", 201);
}

async function updateFile(exchange: Exchange): Promise<Answer> {
  return writeFile(exchange, "update", 200);
}

async function deleteFile(exchange: Exchange): Promise<Answer> {
  await writeFile(exchange, "delete", 204);
  return noContent;
}

async function readFile(exchange: Exchange) {
  const project = codeProject(exchange);
  const path = param(exchange, "file_path");
  assertNoTraversal("file_path", path);
  const isRaw = (exchange.request.url ?? "").split("?")[0]?.endsWith("/raw") === true;
  const query = queryParameters(exchange.query);
  const ref = isRaw ? (query.text("ref") ?? "HEAD") : query.requiredText("ref");
  const name = ref === "HEAD" ? project.defaultBranch : ref;
  const commit = await resolveCommit(project.repository, name);
  if (commit === undefined) throw notFound("Commit");
  const entry = await findFile(project.repository, commit, path);
  if (entry === undefined) throw notFound("File");
  const [blob] = await readObjects(project.repository, [entry.id]);
  const [lastCommit] = await listCommitIds(project.repository, [commit], { path });
  const content = blob?.content ?? Buffer.alloc(0);
  const facts = {
    file_name: path.split("/").at(-1) ?? path,
    file_path: path,
    size: content.length,
    encoding: "base64",
    content_sha256: createHash("sha256").update(content).digest("hex"),
    ref,
    blob_id: entry.id,
    commit_id: commit,
    last_commit_id: lastCommit ?? commit,
    execute_filemode: entry.mode === "100755",
  };
  return { facts, content };
}

async function writeFile(
  exchange: Exchange,
  action: "create" | "update" | "delete",
  status: number,
): Promise<Answer> {
  const project = codeProject(exchange);
  assertMay(exchange, project, "push_code");
  const parameters = await exchange.parameters();
  const path = param(exchange, "file_path");
  const branch = parameters.requiredText("branch");
  parameters.requiredText("commit_message");
  if (action !== "delete") parameters.requiredText("content");
  const target = await findCommitTarget(exchange, project, parameters);
  await assertFresh(project, target, path, action, parameters.text("last_commit_id"));
  const fileAction: FileAction = {
    action,
    path,
    previousPath: undefined,
    content: readContent(parameters),
    lastCommitId: undefined,
    isExecutable: parameters.boolean("execute_filemode"),
  };
  const changes = await planChanges(project, target.parent, [fileAction]);
  await assertChanged(project, target, path, action, changes[0]);
  await writeCommit(exchange, project, target, changes, parameters);
  return json({ file_path: path, branch }, status);
}

// GitLab says no more than this where the commit would be empty.
async function assertChanged(
  project: Project,
  { parent }: CommitTarget,
  path: string,
  action: string,
  change: { readonly blob: string | undefined; readonly mode: string } | undefined,
): Promise<void> {
  if (action !== "update" || parent === undefined) return;
  const known = await findFile(project.repository, parent, path);
  if (known?.id === change?.blob && known?.mode === change?.mode) {
    throw refuse(400, "400 Bad request");
  }
}

async function assertFresh(
  project: Project,
  { parent }: CommitTarget,
  path: string,
  action: string,
  lastCommitId: string | undefined,
): Promise<void> {
  if (lastCommitId === undefined || parent === undefined || action === "create") return;
  const [last] = await listCommitIds(project.repository, [parent], { path });
  if (last === lastCommitId) return;
  throw refuse(
    400,
    action === "update"
      ? "You are attempting to update a file that has changed since you started editing it."
      : "You are attempting to delete a file that has been previously updated.",
  );
}

function headerOf(name: string): string {
  return `x-gitlab-${name.replaceAll("_", "-")}`;
}
