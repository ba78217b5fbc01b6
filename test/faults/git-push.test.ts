import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { pushAtomically, type RefUpdate, type Settled } from "../../src/git/atomic-push.ts";
import { listRefs } from "../../src/git/list-refs.ts";
import { openPush } from "../../src/git/open-push.ts";
import {
  connect,
  hastyClock,
  makeRelease,
  openCarrier,
  releaseUpdates,
  token,
} from "../support/git-client.ts";
import { type Fault, type GitServer, type Seen, serveRepository } from "../support/git-server.ts";
import { commitFiles, git, makeRepository, temporaryFolder } from "../support/repositories.ts";

const title = "tag v1 and branch main";

/** The two ways of a push: git's own, and over the connection that the API is spoken on. */
const ways = ["git push", "the open connection"] as const;

async function prepare(
  way: (typeof ways)[number] = "git push",
  environment: NodeJS.ProcessEnv = process.env,
) {
  const root = await makeRepository({ "setup.cfg": "version = 1\n" });
  const served = await serveRepository(root);
  const waitsMs: number[] = [];
  const connection = await connect(root, served.url, {
    clock: hastyClock(waitsMs),
    environment,
  });
  const server = { ...connection.server, carrier: openCarrier() };
  const release = await makeRelease(connection);
  const updates = releaseUpdates(release);
  const before = served.git("for-each-ref");
  const look = async (): Promise<Settled> => {
    const refs = await listRefs(
      connection.server,
      updates.map(({ ref }) => ref),
    );
    const done = updates.filter(({ ref, id }) => refs.get(ref) === id).length;
    if (done === 0) return "absent";
    return done === updates.length ? "done" : "mixed";
  };
  const first = (wanted: readonly RefUpdate[]) => openPush(server).send(wanted, release.base);
  const push = () =>
    pushAtomically(
      connection.server,
      way === "git push" ? { updates, title, look } : { updates, title, look, first },
    );
  const refs = () => served.git("for-each-ref");
  return { root, served, connection, release, push, refs, before, waitsMs };
}

/** The server holds the whole release. */
function expectReleased(served: GitServer, { next, tag }: { next: string; tag: string }) {
  expect(served.git("rev-parse", "refs/heads/main", "refs/tags/v1")).toBe(`${next}\n${tag}`);
}

const pushes = ({ seen }: GitServer) =>
  seen.filter(({ method, path }) => method === "POST" && path === "git-receive-pack").length;

const once = (path: string, fault: Fault): GitServer["fault"] => {
  let used = false;
  return (request: Seen) => {
    if (used || request.path !== path || request.user === undefined) return undefined;
    used = true;
    return fault;
  };
};

const refusals = [
  [
    "You are not allowed to force push code to a protected branch on this project.",
    "E_BRANCH_PROTECTED",
  ],
  [
    "You are not allowed to merge code into protected branches on this project.",
    "E_BRANCH_PROTECTED",
  ],
  ["You are not allowed to create protected branches on this project.", "E_BRANCH_PROTECTED"],
  ["You are not allowed to change existing tags on this project.", "E_TAG_PROTECTED"],
  ["You cannot use default branch name to create a tag", "E_TAG_NAME"],
  ["You cannot create a tag with a prohibited pattern.", "E_TAG_NAME"],
  ["Author 'slipway@noreply.example.org' is not a member of team", "E_PUSH_AUTHOR"],
  ["Committer's email 'x' does not follow the pattern '@example.org$'", "E_PUSH_AUTHOR"],
  ["Commit must be signed with a GPG key", "E_PUSH_SIGNATURE"],
  ["Commit message does not follow the pattern '^JIRA-'", "E_PUSH_MESSAGE"],
  ["PUSH BLOCKED: Secrets detected in code changes", "E_PUSH_SECRET"],
  ["You are not allowed to push code to this project.", "E_GIT_FORBIDDEN"],
  ["Your push has been rejected, because it is too big.", "E_PUSH_RULE"],
];

describe.each(ways)("%s", (way) => {
  test("a branch and a tag are pushed at once, and pushing them again changes nothing", async () => {
    const { served, push, release, refs } = await prepare(way);
    await push();
    expectReleased(served, release);
    const after = refs();
    await push();
    expect(refs()).toBe(after);
  });

  test("G01 a branch that moved since is not overwritten, and the tag does not land either", async () => {
    const { root, served, push, refs } = await prepare(way);
    const theirs = await commitFiles(root, { other: "1" }, "Theirs");
    git(root, ["push", "-q", served.root, "main"]);
    const before = refs();
    await expect(push()).rejects.toMatchObject({ code: "E_REF_BUSY" });
    expect(refs()).toBe(before);
    expect(served.git("rev-parse", "main")).toBe(theirs);
  });

  test("G01 main moved while the push was under way: nothing of it lands", async () => {
    const { root, served, push } = await prepare(way);
    const theirs = await commitFiles(root, { other: "1" }, "Theirs");
    git(root, ["push", "-q", served.root, "main:refs/heads/theirs"]);
    await served.hook(
      "pre-receive",
      "env -u GIT_QUARANTINE_PATH git update-ref refs/heads/main refs/heads/theirs",
    );
    await expect(push()).rejects.toMatchObject({ code: "E_REF_BUSY", exit: 4 });
    expect(served.git("rev-parse", "main")).toBe(theirs);
    expect(served.git("tag")).toBe("");
  });

  test("G06 a protected branch: GitLab's words are quoted, nothing landed, nothing is tried again", async () => {
    const { served, push, refs, before } = await prepare(way);
    await served.hook(
      "pre-receive",
      `echo "GitLab: You are not allowed to push code to protected branches on this project."\nprintf '\\033[31m${token}\\033[0m\\n'\nexit 1`,
    );
    await expect(push()).rejects.toMatchObject({
      code: "E_BRANCH_PROTECTED",
      exit: 3,
      message: [
        `${served.url} refuses ${title} (refs/heads/main: pre-receive hook declined; refs/tags/v1: pre-receive hook declined). It says:`,
        "  GitLab: You are not allowed to push code to protected branches on this project.",
        "  [MASKED]",
      ].join("\n"),
    });
    expect(refs()).toBe(before);
    expect(pushes(served)).toBe(1);
  });

  test("G06 a rule that refuses one reference refuses both", async () => {
    const { served, push, refs, before } = await prepare(way);
    await served.hook(
      "update",
      'case "$1" in refs/tags/*) echo "GitLab: You are not allowed to create this tag as it is protected."; exit 1;; esac',
    );
    await expect(push()).rejects.toMatchObject({ code: "E_TAG_PROTECTED", exit: 3 });
    expect(refs()).toBe(before);
  });

  test.each(refusals)("G06 '%s' is %s", async (text, code) => {
    const { served, push, refs, before } = await prepare(way);
    await served.hook("pre-receive", `cat <<'END'\nGitLab: ${text}\nEND\nexit 1`);
    await expect(push()).rejects.toMatchObject({ code, exit: 3 });
    expect(refs()).toBe(before);
  });

  test("G07 a server that cannot take both at once gets nothing", async () => {
    const { served, push, refs, before } = await prepare(way);
    served.git("config", "receive.advertiseAtomic", "false");
    await expect(push()).rejects.toMatchObject({
      code: "E_PUSH_NOT_ATOMIC",
      exit: 2,
      message: `${served.url} cannot take ${title} at once.`,
    });
    expect(refs()).toBe(before);
    expect(pushes(served)).toBe(0);
  });

  test("G08 a lost answer is decided by looking: the push had arrived and is not sent again", async () => {
    const { served, push, release } = await prepare(way);
    served.fault = once("git-receive-pack", "cut-after");
    await push();
    expectReleased(served, release);
    expect(pushes(served)).toBe(1);
  });

  test("G08 a push that never arrived is sent again", async () => {
    const { served, push, release, waitsMs } = await prepare(way);
    served.fault = once("git-receive-pack", "cut-before");
    await push();
    expectReleased(served, release);
    expect(pushes(served)).toBe(2);
    expect(waitsMs).toHaveLength(1);
  });

  test("G08 an end that cannot be told is said to be unknown", async () => {
    const { served, push, release } = await prepare(way);
    served.fault = ({ path, user }) => {
      if (user === undefined) return undefined;
      if (path === "git-receive-pack") return "cut-after";
      return pushes(served) > 0 ? { status: 502 } : undefined;
    };
    await expect(push()).rejects.toMatchObject({ code: "E_PUSH_UNKNOWN", exit: 4 });
    expectReleased(served, release);
  });

  test("G09 a lock that someone else holds is waited for", async () => {
    const { served, push, release, waitsMs } = await prepare(way);
    await served.hook(
      "pre-receive",
      "if test -e once; then rm -f refs/heads/main.lock; else touch once; : > refs/heads/main.lock; fi",
    );
    await push();
    expectReleased(served, release);
    expect(waitsMs.length).toBeGreaterThan(0);
  });

  test("G22 a renamed project is named by its new path, and the token does not travel there", async () => {
    const { connection, served, push, refs, before } = await prepare(way);
    const elsewhere = await serveRepository(served.root, { folder: "group/new-name.git" });
    served.fault = ({ path, user, service }) =>
      user === undefined
        ? undefined
        : {
            status: 301,
            headers: {
              location: `${elsewhere.origin}/group/new-name.git/${path}?service=${service}`,
            },
          };
    const error = {
      code: "E_PROJECT_MOVED",
      exit: 2,
      message: `${served.url} has moved to ${elsewhere.origin}/group/new-name; redirects are not followed.`,
    };
    await expect(listRefs(connection.server, ["refs/heads/main"])).rejects.toMatchObject(error);
    await expect(push()).rejects.toMatchObject(error);
    expect(elsewhere.seen).toEqual([]);
    expect(refs()).toBe(before);
  });

  describe("the credential", () => {
    test("I2 is in no argument list, no file and no trace while a push runs", async () => {
      const { connection, served, push, release } = await prepare(way);
      const folder = await temporaryFolder();
      await served.hook(
        "pre-receive",
        `cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' ' > "${folder}/argv"`,
      );
      await push();
      expectReleased(served, release);
      const argv = await readFile(join(folder, "argv"), "utf8");
      if (way === "git push") expect(argv).toContain("--force-with-lease=refs/heads/main:");
      expect(argv).toContain("receive-pack");
      expect(argv).not.toContain(token);
      expect(argv).not.toContain(Buffer.from(`oauth2:${token}`).toString("base64"));
      expect(() =>
        git(connection.tool.context.workFolder, ["grep", "--no-index", "-F", token, "."]),
      ).toThrow();
    });

    test("G16, G17 is the one we gave, whatever the checkout and the home folder hold", async () => {
      const home = await temporaryFolder();
      const { root, served, push, release } = await prepare(way, {
        ...process.env,
        HOME: home,
        GIT_ASKPASS: "/bin/false",
        GIT_CONFIG_PARAMETERS: "'http.extraHeader=PRIVATE-TOKEN: evil'",
      });
      await writeFile(
        join(home, ".netrc"),
        "machine 127.0.0.1 login netrc password netrc-password\n",
      );
      git(root, [
        "config",
        `url.http://gitlab-ci-token:job@${new URL(served.url).host}/.insteadOf`,
        `${served.origin}/`,
      ]);
      git(root, ["config", "credential.helper", "!echo username=helper; echo password=helper"]);
      git(root, ["config", "http.extraHeader", "PRIVATE-TOKEN: evil"]);
      await push();
      expectReleased(served, release);
      const identities = new Set(served.seen.map(({ user, password }) => `${user}:${password}`));
      expect([...identities].toSorted()).toEqual([`oauth2:${token}`]);
      expect(served.seen.some(({ headers }) => "private-token" in headers)).toBe(false);
    });
  });
});

describe("what the server answers instead", () => {
  const answers: readonly {
    title: string;
    fault: Exclude<Fault, string>;
    code: string;
    exit: number;
  }[] = [
    { title: "401 on a wrong token", fault: { status: 401 }, code: "E_GIT_TOKEN_REFUSED", exit: 3 },
    {
      title: "403 on a token that may not push",
      fault: {
        status: 403,
        headers: { "content-type": "text/plain" },
        body: "You are not allowed to push code to this project.",
      },
      code: "E_GIT_FORBIDDEN",
      exit: 3,
    },
    {
      title: "404 on a token of another project",
      fault: {
        status: 404,
        headers: { "content-type": "text/plain" },
        body: "The project you were looking for could not be found or you don't have permission to view it.",
      },
      code: "E_GIT_NOT_FOUND",
      exit: 3,
    },
    {
      title: "a web page",
      fault: {
        status: 200,
        headers: { "content-type": "text/html" },
        body: "<html>Sign in</html>",
      },
      code: "E_NOT_GIT",
      exit: 2,
    },
    { title: "502 again and again", fault: { status: 502 }, code: "E_GIT_UNREACHABLE", exit: 4 },
    { title: "429 again and again", fault: { status: 429 }, code: "E_GIT_UNREACHABLE", exit: 4 },
  ];
  test.each(answers)("$title is $code", async ({ fault, code, exit }) => {
    const { connection, served, refs, before } = await prepare();
    served.fault = () => fault;
    const asked = listRefs(connection.server, ["refs/heads/main"]);
    await expect(asked).rejects.toMatchObject({ code, exit });
    if (fault.body !== undefined && fault.status !== 200)
      await expect(listRefs(connection.server, ["x"])).rejects.toThrow(fault.body);
    expect(refs()).toBe(before);
  });

  test("a 502 in between is waited for", async () => {
    const { connection, served, release, waitsMs } = await prepare();
    served.fault = once("info/refs", { status: 502 });
    const refs = await listRefs(connection.server, ["refs/heads/main"]);
    expect(refs.get("refs/heads/main")).toBe(release.base);
    expect(waitsMs).toHaveLength(1);
  });

  test("nobody there at all is exit 4 after five attempts", async () => {
    const waitsMs: number[] = [];
    const root = await makeRepository({ a: "1" });
    const { server } = await connect(root, "http://127.0.0.1:9/group/demo.git", {
      clock: hastyClock(waitsMs),
    });
    await expect(listRefs(server, ["refs/heads/main"])).rejects.toMatchObject({
      code: "E_GIT_UNREACHABLE",
      exit: 4,
    });
    expect(waitsMs).toHaveLength(4);
  });
});
