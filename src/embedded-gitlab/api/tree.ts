import { resolveCommit } from "../git/refs.ts";
import { listTree } from "../git/trees.ts";
import type { TreeEntry } from "../git/trees.ts";
import type { Answer } from "../http/answer.ts";
import { queryParameters } from "../http/body.ts";
import type { Exchange } from "../http/exchange.ts";
import { keysetPage, page, wantsKeyset } from "../http/pagination.ts";
import { notFound } from "../http/refusals.ts";
import { route } from "../http/router.ts";
import { assertNoTraversal } from "../packages/names.ts";
import { codeProject } from "./branches.ts";

/** https://docs.gitlab.com/api/repositories/#list-all-repository-trees-in-a-project */
export const treeRoutes = [route("GET", "/projects/:id/repository/tree", getTree)];

async function getTree(exchange: Exchange): Promise<Answer> {
  const project = codeProject(exchange);
  const query = queryParameters(exchange.query);
  const path = query.text("path") ?? "";
  assertNoTraversal("path", path);
  const commit = await resolveCommit(
    project.repository,
    query.text("ref") ?? project.defaultBranch,
  );
  if (commit === undefined) throw notFound("Tree");
  const recursive = query.boolean("recursive") === true;
  const entries = await listTree(project.repository, commit, path, recursive);
  if (entries === undefined) throw notFound("Tree");
  return wantsKeyset(exchange)
    ? keysetPage(exchange, entries, (entry) => entry.id + entry.path, showEntry)
    : page(exchange, entries, showEntry);
}

function showEntry({ id, type, path, mode }: TreeEntry) {
  return { id, name: path.split("/").at(-1) ?? path, type, path, mode };
}
