import { afterEach, describe, expect, test } from "vitest";
import createRelease from "../../steps/create-release.ts";
import { type Past, startTaggedProject, type TaggedProject } from "../support/tagged-project.ts";

let project: TaggedProject;

afterEach(() => project.close());

async function start(history: (past: Past) => void, tag = "v1.2.0"): Promise<void> {
  project = await startTaggedProject(tag, history);
}

const release = (env: Readonly<Record<string, string>> = {}) =>
  project.run(createRelease, { CI_PROJECT_URL: `${project.gitlab.url}/group/demo`, ...env });

async function api(path: string, method = "GET", body?: unknown): Promise<unknown> {
  const { api: base, project: one, tokens } = project.gitlab;
  const response = await fetch(`${base}/projects/${one.id}${path}`, {
    method,
    headers: { "private-token": tokens.maintainer, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return response.json();
}

/** The notes of the release with its links told by their last parts. */
async function notes(tag = "v1.2.0"): Promise<string> {
  const shown = await api(`/releases/${encodeURIComponent(tag)}`);
  const text =
    typeof shown === "object" && shown !== null && "description" in shown ? shown.description : "";
  return String(text)
    .replaceAll(`${project.gitlab.url}/group/demo/-`, "")
    .replaceAll(/[0-9a-f]{40}/g, "SHA")
    .replaceAll(/\[[0-9a-f]{8}\]/g, "[sha]");
}

function released({ commit, git }: Past, version: string, next: string): void {
  commit(`Release version ${version}`, { "setup.cfg": `version = ${version}\n` });
  git("tag", `v${version}`);
  commit(`Bump version: ${version} → ${next}.dev`, { "setup.cfg": `version = ${next}.dev\n` });
}

/** A feature branch that was merged as GitLab does it. */
function merged(
  { commit, git }: Past,
  iid: number,
  title: string,
  commits: readonly string[],
): void {
  git("checkout", "--quiet", "-b", `branch-${iid}`);
  for (const message of commits) commit(message);
  git("checkout", "--quiet", "main");
  const text = `Merge branch 'branch-${iid}' into 'main'\n\n${title}\n\nSee merge request group/demo!${iid}`;
  git("merge", "--quiet", "--no-ff", `--message=${text}`, `branch-${iid}`);
}

test("notes tell the commits since the release before, grouped and linked, with the job token alone", async () => {
  await start((past) => {
    past.commit("feat: before it all");
    released(past, "1.1.0", "1.2.0");
    past.commit("fix(io): read tabs");
    merged(past, 4, "A thing", ["feat: a thing", "wip"]);
    past.commit("feat!: drop the old format (!5)");
    past.commit("chore: tidy up");
    past.commit("Release version 1.2.0");
  });
  const { exitCode, stdout, stderr } = await release();
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
  expect(stdout).toContain("4 changes in 6 commits since v1.1.0.");
  expect(await notes()).toBe(`## Breaking changes

- drop the old format ([!5](/merge_requests/5))

## Features

- a thing ([!4](/merge_requests/4))

## Bug fixes

- **io:** read tabs ([sha](/commit/SHA))

## Other changes

- tidy up ([sha](/commit/SHA))`);
  const again = await release();
  expect(again.exitCode).toBe(0);
  expect(again.record).toMatchObject({ effects: [{ id: "release:v1.2.0", state: "done" }] });
});

test("a squashed merge request is found by GitLab's list, where the commit does not name it", async () => {
  await start((past) => {
    past.git("checkout", "--quiet", "-b", "branch");
    past.commit("wip", { a: "1" });
    past.git("checkout", "--quiet", "main");
  }, "v1.1.0");
  await api("/merge_requests", "POST", {
    source_branch: "branch",
    target_branch: "main",
    title: "feat: squashed",
  });
  await api("/merge_requests/1/merge", "PUT", { squash: true });
  await api("/repository/tags", "POST", { tag_name: "v1.2.0", ref: "main" });
  const { exitCode } = await release({ CI_COMMIT_TAG: "", RELEASE_TAG: "v1.2.0" });
  expect(exitCode).toBe(0);
  expect(await notes()).toBe("## Features\n\n- squashed ([!1](/merge_requests/1))");
});

test("the release before is the highest lower one, and for a final one no candidate", async () => {
  await start((past) => {
    past.commit("feat: old");
    past.git("tag", "v1.1.0");
    past.commit("feat: since then");
    past.git("tag", "v1.2.0rc1");
    past.git("tag", "v2.0.0");
    past.git("tag", "nightly");
    past.commit("fix: the candidate");
  });
  const { stdout } = await release();
  expect(stdout).toContain("since v1.1.0.");
  expect(await notes()).toMatch(/since then[^]*the candidate/);
  expect(await notes()).not.toContain("old");
});

test("a release of another branch ends the range as well", async () => {
  await start((past) => {
    past.commit("feat: shared");
    past.git("checkout", "--quiet", "-b", "release/1.1");
    past.commit("fix: backport");
    past.git("tag", "v1.1.9");
    past.git("checkout", "--quiet", "main");
    past.commit("feat: on main");
  });
  await release();
  expect(await notes()).toMatch(/^## Features\n\n- on main \S+$/);
});

describe("in a repository of several projects", () => {
  const history = ({ commit, git }: Past): void => {
    commit("feat: first api", { "api/a": "1" });
    git("tag", "api-1.1.0");
    git("tag", "web-7.0.0");
    commit("feat: more api", { "api/a": "2" });
    commit("feat: more web", { "web/b": "1" });
    commit("fix: shared", { "libs/shared/c": "1" });
  };
  const env = { TAG_FORMAT: "api-{new_version}" };

  test("only commits below PROJECT_DIR count", async () => {
    await start(history, "api-1.2.0");
    project.write("api/a", "2");
    expect((await release({ ...env, PROJECT_DIR: "api" })).exitCode).toBe(0);
    expect(await notes("api-1.2.0")).toMatch(/^## Features\n\n- more api \S+$/);
  });

  test("RELEASE_PATHS names the folders that count", async () => {
    await start(history, "api-1.2.0");
    const paths = { RELEASE_PATHS: "api, libs/*", PROJECT_DIR: "." };
    expect((await release({ ...env, ...paths })).exitCode).toBe(0);
    expect(await notes("api-1.2.0")).toMatch(/more api[^]*shared/);
    expect(await notes("api-1.2.0")).not.toContain("more web");
  });
});

describe("RELEASE_NOTES_TEMPLATE", () => {
  const history = (past: Past): void => {
    past.git("tag", "v1.1.0");
    past.commit("feat: x (!3)");
  };

  test("lays the notes out, given as a text or as a file", async () => {
    await start(history);
    const template =
      "Since {previous_tag} ({date}):\n{features}\n\n[All of {version}]({compare_url})";
    project.write("notes-template.md", template);
    const expected =
      "Since v1.1.0 (2023-11-14):\n- x ([!3](/merge_requests/3))\n\n[All of 1.2.0](/compare/v1.1.0...v1.2.0)";
    expect((await release({ RELEASE_NOTES_TEMPLATE: template })).exitCode).toBe(0);
    expect(await notes()).toBe(expected);
    const again = await release({ RELEASE_NOTES_TEMPLATE: "notes-template.md" });
    expect(again.record).toMatchObject({ effects: [{ id: "release:v1.2.0", state: "done" }] });
  });

  test.each([
    ["an unknown name", "{version} {verison}", "{verison} means nothing"],
    ["a file that is not there", "missing.md", "RELEASE_NOTES_TEMPLATE cannot be read"],
  ])("with %s is a wrong input, told with all others", async (_, template, text) => {
    await start(history);
    const { exitCode, stderr } = await release({
      RELEASE_NOTES_TEMPLATE: template,
      RELEASE_PATHS: "../elsewhere",
      RELEASE_LINKS: "no link",
    });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(text);
    expect(stderr).toContain('"../elsewhere" lies outside of the repository');
    expect(stderr).toContain("is not name=url");
  });
});

describe("the order", () => {
  test("is: a file of notes, the section of the changelog, the commits", async () => {
    await start((past) => past.commit("feat: from a commit"));
    expect((await release()).exitCode).toBe(0);
    expect(await notes()).toContain("from a commit");
    project.write("CHANGELOG.md", "# Changelog\n\n## 1.2.0\n\nFrom the changelog.\n");
    const update = { RELEASE_UPDATE: "true" };
    expect((await release(update)).exitCode).toBe(0);
    expect(await notes()).toBe("From the changelog.");
    project.write("notes.md", "From a file.\n");
    expect((await release({ ...update, RELEASE_NOTES_FILE: "notes.md" })).exitCode).toBe(0);
    expect((await notes()).trim()).toBe("From a file.");
  });

  test("notes that differ from those that are there: both are shown, exit 3, nothing is changed", async () => {
    await start((past) => past.commit("feat: from a commit"));
    await api("/releases", "POST", { tag_name: "v1.2.0", description: "By hand" });
    const { exitCode, stderr } = await release();
    expect(exitCode).toBe(3);
    expect(stderr).toContain('GitLab has "By hand", the job has "## Features"');
    expect(await notes()).toBe("By hand");
  });
});

describe("where the commits cannot be read", () => {
  test("a token that may not is a warning, and the release is made without notes", async () => {
    await start((past) => past.commit("feat: x"));
    project.gitlab.admin.addFault({
      path: ".git/",
      times: 99,
      action: { kind: "status", status: 403, when: "before", body: "You are not allowed" },
    });
    const { exitCode, stdout, stderr } = await release();
    expect(exitCode).toBe(0);
    expect(stdout + stderr).toContain("gets no notes from its commits");
    expect(await notes()).toBe("null");
  });

  test("a server that fails is exit 4, and no release is made", async () => {
    await start((past) => past.commit("feat: x"));
    project.gitlab.admin.addFault({
      path: ".git/",
      times: 99,
      action: { kind: "status", status: 503, when: "before" },
    });
    expect((await release()).exitCode).toBe(4);
    expect(await api("/releases/v1.2.0")).toMatchObject({ message: "404 Not Found" });
  });
});
