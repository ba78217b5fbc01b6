import { join } from "node:path";
import { expect, test } from "vitest";
import { openCheckout, requireHead } from "../../src/git/checkout.ts";
import { commitFiles, editsInside, folderInside } from "../../src/git/commit-files.ts";
import { makePrivateRepository } from "../../src/git/private-repository.ts";
import { makeRepository, openTestGit, temporaryFolder } from "../support/repositories.ts";

test("a folder's files are those of the commit, whatever the working tree holds", async () => {
  const root = await makeRepository({ "pkg/a/setup.cfg": "1", "pkg/ab": "x", top: "t" });
  const tool = await openTestGit();
  const checkout = await openCheckout(tool, root);
  const repository = await makePrivateRepository(tool, checkout);
  const folder = await folderInside(checkout, join(root, "pkg/a"));
  expect(folder).toBe("pkg/a");
  const files = commitFiles(repository, requireHead(checkout), folder);
  expect([...((await files.entries("")) ?? [])]).toMatchObject([["setup.cfg", { mode: "100644" }]]);
  expect(await files.entries("setup.cfg")).toBeUndefined();
  expect(await files.entries("gone")).toBeUndefined();
  expect((await files.readBlob("setup.cfg")).toString()).toBe("1");
  await expect(files.readBlob("top")).rejects.toMatchObject({ code: "E_BLOB_DIFFERS" });
  const edit = { path: "setup.cfg", before: Buffer.from("1"), after: Buffer.from("2") };
  expect(editsInside(folder, [edit])).toEqual([{ ...edit, path: "pkg/a/setup.cfg" }]);
  expect(await folderInside(checkout, root)).toBe("");
});

test("a folder elsewhere is refused", async () => {
  const checkout = await openCheckout(await openTestGit(), await makeRepository({ a: "1" }));
  const elsewhere = await temporaryFolder();
  await expect(folderInside(checkout, elsewhere)).rejects.toMatchObject({
    code: "E_NO_REPOSITORY",
  });
});
