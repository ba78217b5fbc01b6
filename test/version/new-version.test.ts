import { expect, test } from "vitest";
import { edited, plainConfig, plan, workflowProject } from "./planning.ts";

const set = (version: string) => ({ kind: "set", version }) as const;
const plain = { ".bumpversion.cfg": plainConfig("1.2.3"), "setup.cfg": "version = 1.2.3\n" };
const part = {
  ".bumpversion.cfg": plainConfig("v1.2.3", "tag_name = {new_version}", "[bumpversion:file:f]"),
  f: "v1.2.3",
};

test.each([
  [plain, "2.0.0rc1", "reads only '2.0.0' of it"],
  [plain, "v2.0.0", "reads only '2.0.0' of it"],
  [part, "v2.0.0", "reads only '2.0.0' of it"],
  [plain, "foo 0.17.0 bar", "reads only '0.17.0' of it"],
  [plain, "2.0.0\n3.0.0", "reads only '2.0.0' of it"],
  [workflowProject, "0.17.0-beta1", "reads only '0.17.0' of it"],
  [workflowProject, "0.17.0.dev+x", "reads only '0.17.0.dev' of it"],
  [{ VERSION: "1.0.0" }, "foo 0.17.0 bar", "is not a version of numbers and a suffix"],
  [{ VERSION: "1.0.0" }, "0.17.0+x y", "is not a version of numbers and a suffix"],
])(
  "with the scheme of %j, a new version %s is refused: the tag would say another one",
  async (files, version, reason) => {
    await expect(plan(files, set(version))).rejects.toMatchObject({
      code: "E_VERSION_UNREADABLE",
      exit: 2,
      message: expect.stringMatching(
        new RegExp(`'${RegExp.escape(version)}' .*${RegExp.escape(reason)}$`, "s"),
      ),
    });
  },
);

test("what the scheme expects is told, also of a new_version in the configuration", async () => {
  await expect(plan(workflowProject, set("0.17.0-beta1"))).rejects.toMatchObject({
    hint: "The scheme writes {major}.{minor}.{patch}.{release} or {major}.{minor}.{patch}: set such a version, or extend parse and serialize of .bumpversion.cfg.",
  });
  const files = { ".bumpversion.cfg": plainConfig("1.2.3", "new_version = 2.0.0rc1") };
  await expect(plan(files)).rejects.toThrow(
    "new_version of .bumpversion.cfg '2.0.0rc1' does not fit the scheme",
  );
});

test("blanks at the ends of a new version do not count", async () => {
  expect((await plan(workflowProject, set(" 0.17.0 "))).newVersion).toBe("0.17.0");
  expect(await edited({ VERSION: "1.0.0\n" }, set("0.17.0 "))).toEqual({ VERSION: "0.17.0\n" });
});

test("a current version may go on read in part", async () => {
  expect(await plan(part, "patch")).toMatchObject({ currentVersion: "1.2.3", newVersion: "1.2.4" });
});
