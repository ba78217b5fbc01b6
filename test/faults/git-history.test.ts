import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  childrenOf,
  commitsBetween,
  fetchCommits,
  fetchSnapshot,
  isAncestor,
} from "../../src/git/history.ts";
import { requireHead } from "../../src/git/checkout.ts";
import { toSha } from "../../src/git/sha.ts";
import { listTree } from "../../src/git/tree.ts";
import { connect } from "../support/git-client.ts";
import { serveRepository } from "../support/git-server.ts";
import { commitFiles, git, makeRepository, temporaryFolder } from "../support/repositories.ts";

/** A server three commits ahead of a checkout of the given depth. */
async function prepare({ depth, filters }: { depth: number | undefined; filters: boolean }) {
  const origin = await makeRepository({ file: "0" });
  for (const n of ["1", "2"]) await commitFiles(origin, { file: n }, `Commit ${n}`);
  const served = await serveRepository(origin);
  served.git("config", "uploadpack.allowFilter", String(filters));
  const clone = join(await temporaryFolder(), "clone");
  const how = depth === undefined ? [] : [`--depth=${depth}`];
  git(origin, ["clone", "-q", ...how, `file://${served.root}`, clone]);
  const ids: string[] = [];
  for (const n of ["3", "4", "5"]) ids.push(await commitFiles(origin, { file: n }, `Commit ${n}`));
  git(origin, ["push", "-q", served.root, "main"]);
  const connection = await connect(clone, served.url);
  return { served, ids: ids.map(toSha), base: requireHead(connection.checkout), ...connection };
}

describe.each([
  { title: "a whole clone", depth: undefined, filters: true },
  { title: "a clone of depth 1", depth: 1, filters: true },
  { title: "a clone of depth 2", depth: 2, filters: true },
  { title: "a clone of depth 1 and a server without filters", depth: 1, filters: false },
])("from $title", (how) => {
  test("G05 the commits since are known, without their files", async () => {
    const { server, repository, ids, base } = await prepare(how);
    const [third, fourth, head] = ids;
    if (third === undefined || fourth === undefined || head === undefined) throw new Error("ids");
    expect(await isAncestor(repository, base, head)).toBe(false);
    await fetchCommits(server, head, base);
    expect(await isAncestor(repository, base, head)).toBe(true);
    expect(await isAncestor(repository, head, base)).toBe(false);
    expect(await isAncestor(repository, base, base)).toBe(true);
    expect(await commitsBetween(repository, base, head)).toMatchObject([
      { id: head, parents: [fourth], author: "Ada", subject: "Commit 5" },
      { id: fourth, subject: "Commit 4" },
      { id: third, parents: [base], subject: "Commit 3" },
    ]);
    expect(await childrenOf(repository, base, head)).toMatchObject([{ id: third }]);
    // Again: all is here, nothing is asked for.
    await fetchCommits(server, head, base);
  });

  test("one commit is fetched with its files", async () => {
    const { server, ids, base } = await prepare(how);
    const [, fourth] = ids;
    if (fourth === undefined) throw new Error("ids");
    await fetchCommits(server, fourth, base);
    const snapshot = await fetchSnapshot(server, fourth);
    expect(await listTree(snapshot, fourth)).toMatchObject([{ path: "file", mode: "100644" }]);
  });
});

test("a commit that is nowhere is no ancestor", async () => {
  const { repository, base } = await prepare({ depth: 1, filters: true });
  expect(await isAncestor(repository, toSha("1".repeat(40)), base)).toBe(false);
});
