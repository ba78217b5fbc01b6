import { listCommitIds } from "../git/commits.ts";
import type { TreeChange } from "../git/commit-tree.ts";
import { writeBlob } from "../git/objects.ts";
import { listTree } from "../git/trees.ts";
import { invalidParameter, refuse } from "../http/refusals.ts";
import type { Parameters } from "../http/parameters.ts";
import type { Project } from "../world/model.ts";

export const actionNames = ["create", "update", "move", "delete", "chmod"] as const;

export interface FileAction {
  readonly action: (typeof actionNames)[number];
  readonly path: string;
  readonly previousPath: string | undefined;
  readonly content: Buffer | undefined;
  readonly lastCommitId: string | undefined;
  readonly isExecutable: boolean | undefined;
}

/** One action as a client describes it. */
export function readAction(parameters: Parameters): FileAction {
  const action = parameters.oneOf("action", actionNames);
  if (action === undefined) throw invalidParameter("actions[0][action] is missing");
  return {
    action,
    path: parameters.requiredText("file_path"),
    previousPath: parameters.text("previous_path"),
    content: readContent(parameters),
    lastCommitId: parameters.text("last_commit_id"),
    isExecutable: parameters.boolean("execute_filemode"),
  };
}

/** The bytes of `content`, as text or base64. */
export function readContent(parameters: Parameters): Buffer | undefined {
  const content = parameters.text("content");
  const encoding = parameters.oneOf("encoding", ["text", "base64"]) ?? "text";
  return content === undefined
    ? undefined
    : Buffer.from(content, encoding === "base64" ? "base64" : "utf8");
}

interface StoredFile {
  readonly mode: string;
  readonly blob: string;
}

/**
 * What the actions do to the files of a commit, all or none.
 *
 * @throws {Refusal} 400 in GitLab's words for the first that cannot be done.
 */
export async function planChanges(
  project: Project,
  parent: string | undefined,
  actions: readonly FileAction[],
): Promise<TreeChange[]> {
  const { repository } = project;
  const entries = parent === undefined ? [] : await listTree(repository, parent, "", true);
  const before = new Map<string, StoredFile>();
  for (const { type, path, mode, id } of entries ?? []) {
    if (type !== "tree") before.set(path, { mode, blob: id });
  }
  const after = new Map(before);
  for (const action of actions) await applyAction(project, parent, after, action);
  const removed = [...before.keys()].filter((path) => !after.has(path));
  const written = [...after].filter(([path, file]) => before.get(path) !== file);
  return [
    ...removed.map((path) => ({ path, blob: undefined, mode: "0" })),
    ...written.map(([path, file]) => ({ path, ...file })),
  ];
}

async function applyAction(
  project: Project,
  parent: string | undefined,
  files: Map<string, StoredFile>,
  action: FileAction,
): Promise<void> {
  const path = cleanPath(action.path);
  const from = action.action === "move" ? cleanPath(action.previousPath ?? "") : path;
  const known = files.get(from);
  if (action.action === "create") assertFree(files, path);
  else if (known === undefined) throw refuse(400, "A file with this name doesn't exist");
  await assertFresh(project, parent, action, from);
  switch (action.action) {
    case "create":
    case "update":
      files.set(path, await writeFile(project, action, known));
      return;
    case "move":
      if (path !== from) assertFree(files, path);
      files.delete(from);
      files.set(path, await writeFile(project, action, known));
      return;
    case "delete":
      files.delete(path);
      return;
    case "chmod":
      if (known !== undefined) files.set(path, { blob: known.blob, mode: modeOf(action, known) });
  }
}

async function writeFile(
  project: Project,
  action: FileAction,
  known: StoredFile | undefined,
): Promise<StoredFile> {
  const { content } = action;
  if (content === undefined && action.action === "update") {
    throw invalidParameter("content is missing");
  }
  const keeps = content === undefined && known !== undefined;
  const blob = keeps ? known.blob : await writeBlob(project.repository, content ?? Buffer.alloc(0));
  return { blob, mode: modeOf(action, known) };
}

function modeOf({ isExecutable }: FileAction, known: StoredFile | undefined): string {
  if (isExecutable === undefined) return known?.mode ?? "100644";
  return isExecutable ? "100755" : "100644";
}

function cleanPath(path: string): string {
  const clean = path.replace(/^\/+/, "");
  if (clean === "") throw refuse(400, "You must provide a file path");
  if (clean.split("/").some((part) => part === "..")) {
    throw refuse(400, "Path cannot include directory traversal");
  }
  if (/[\0\n]|\/$|\/\/|(?:^|\/)\.git(?:\/|$)/i.test(clean)) {
    throw refuse(400, `invalid path: '${clean}'`);
  }
  return clean;
}

function assertFree(files: ReadonlyMap<string, StoredFile>, path: string): void {
  const parents = path.split("/").map((_part, index, parts) => parts.slice(0, index + 1).join("/"));
  if (parents.some((parent) => files.has(parent))) {
    throw refuse(400, "A file with this name already exists");
  }
  if ([...files.keys()].some((known) => known.startsWith(`${path}/`))) {
    throw refuse(400, "A directory with this name already exists");
  }
}

async function assertFresh(
  project: Project,
  parent: string | undefined,
  { lastCommitId }: FileAction,
  path: string,
): Promise<void> {
  if (lastCommitId === undefined || parent === undefined) return;
  const [last] = await listCommitIds(project.repository, [parent], { path });
  if (last !== undefined && last !== lastCommitId) {
    throw refuse(400, `The file has changed since you started editing it: ${path}`);
  }
}
