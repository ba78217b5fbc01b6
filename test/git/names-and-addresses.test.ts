import { execFileSync } from "node:child_process";
import { array, assert, constantFrom, double, integer, property, sample } from "fast-check";
import { describe, expect, test } from "vitest";
import { parsePushReport } from "../../src/git/push-report.ts";
import { refNameProblem, requireRefNames } from "../../src/git/ref-name.ts";
import { remoteLines } from "../../src/git/remote-lines.ts";
import { credentialConfig, networkVariables, remoteAt } from "../../src/git/remote.ts";
import { delayMs } from "../../src/git/retry.ts";
import { Secret } from "../../src/step/secret.ts";

const bad = [
  "",
  "-x",
  "--upload-pack=touch x",
  "a..b",
  "a@{1}",
  "a b",
  "a\nb",
  "a\u0007b",
  "a:b",
  "/a",
  "a/",
  "a//b",
  ".a",
  "a/.b",
  "a.lock",
  "a.",
  "@",
  "HEAD",
  "a\\b",
  "a~1",
];

test.each(bad)("G19 the name %j is refused", (name) => {
  expect(refNameProblem(name)).toBeDefined();
});

test.each(["main", "release/1.x", "v1.0.0", "1.0+local", "ü-mlaut", "a-b", "v1.0-rc.1", "@a"])(
  "the name %j is taken",
  (name) => {
    expect(refNameProblem(name)).toBeUndefined();
  },
);

test("G19 all bad names are told at once", () => {
  expect(() =>
    requireRefNames([
      { what: "The branch", name: "--upload-pack=x" },
      { what: "The tag", name: "v 1" },
      { what: "The tag", name: "v1" },
    ]),
  ).toThrow(
    "The branch '--upload-pack=x' begins with a hyphen, as an option does; The tag 'v 1' holds a blank or one of ~ ^ : ? * [ \\.",
  );
});

test("what is taken, git takes; what git does not take is refused", () => {
  const part = constantFrom(
    "a",
    ".",
    "/",
    "@",
    "{",
    "-",
    "lock",
    ".lock",
    "~",
    "ü",
    " ",
    "\\",
    "*",
  );
  const names = sample(
    array(part, { minLength: 1, maxLength: 6 }).map((parts) => parts.join("")),
    150,
  );
  for (const name of new Set(names)) {
    if (/^-|^@$/.test(name)) continue;
    expect([name, refNameProblem(name) === undefined]).toEqual([name, gitTakes(name)]);
  }
});

function gitTakes(name: string): boolean {
  try {
    execFileSync("git", ["check-ref-format", `refs/heads/${name}`], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

describe("addresses", () => {
  test.each([
    "ext::sh -c touch% x",
    "file:///tmp/x",
    "/tmp/x",
    "ssh://git@example.org/x",
    "git@example.org:x/y",
    "HTTPS://example.org/x",
    "-oProxyCommand=x",
    "https://user:password@example.org/x.git",
    "https://example.org/x.git?private_token=abc",
    "https://example.org/x\ny.git",
    "",
  ])("G20 %j is refused, and what may be a credential is not shown", (url) => {
    expect(() => remoteAt(url)).toThrow(expect.objectContaining({ code: "E_REMOTE_URL", exit: 2 }));
    expect(() => remoteAt(url)).not.toThrow(/password|abc/);
  });

  test("an https address speaks https only", () => {
    expect(remoteAt("https://example.org/group/demo.git")).toMatchObject({
      url: "https://example.org/group/demo.git",
      protocol: "https",
    });
  });

  test("the credential is given for its own origin alone, and only in the environment", () => {
    const remote = remoteAt("http://localhost:8080/a/b.git", {
      credential: { username: "oauth2", password: new Secret("top-secret") },
      caFile: "/ca.pem",
    });
    const key = "http.http://localhost:8080/.extraHeader";
    const basic = Buffer.from("oauth2:top-secret").toString("base64");
    expect(credentialConfig(remote)).toEqual([
      [key, ""],
      [key, `Authorization: Basic ${basic}`],
    ]);
    expect(credentialConfig({ ...remote, credential: undefined })).toEqual([]);
    expect(
      networkVariables(remote, { https_proxy: "http://proxy:3128", GIT_TRACE: "1", HOME: "/root" }),
    ).toEqual({
      https_proxy: "http://proxy:3128",
      GIT_SSL_CAINFO: "/ca.pem",
    });
  });
});

test("the report on a push is read line by line", () => {
  const text =
    "To http://x\n*\tabc:refs/tags/v1\t[new tag]\n=\tabc:refs/heads/a\t[up to date]\n" +
    " \tabc:refs/heads/b\t123..456\n!\tabc:refs/heads/main\t[rejected] (stale info)\n" +
    "!\tabc:refs/heads/c\t[remote rejected] (cannot lock ref 'x': (y))\nDone\n";
  expect(parsePushReport(text)).toEqual([
    { ref: "refs/tags/v1", accepted: true, reason: "", byServer: false },
    { ref: "refs/heads/a", accepted: true, reason: "", byServer: false },
    { ref: "refs/heads/b", accepted: true, reason: "", byServer: false },
    { ref: "refs/heads/main", accepted: false, reason: "stale info", byServer: false },
    { ref: "refs/heads/c", accepted: false, reason: "cannot lock ref 'x': (y)", byServer: true },
  ]);
});

test("what a server says is shown without frames, colours, section markers and our token", () => {
  const said = remoteLines(
    "remote: \nremote: ========\nremote: GitLab: no \u001b[31mred\u001b[0m token abcdefgh\nremote: section_start:1:x\r\u001b[0Kforged\nfatal: x\n",
    { credential: { username: "u", password: new Secret("abcdefgh") } },
  );
  expect(said).toEqual(["GitLab: no red token [MASKED]", "section_start:1:x"]);
});

test("a server that talks without end is cut short", () => {
  const lines = Array.from({ length: 40 }, (_, index) => `remote: ${"x".repeat(500)}${index}`);
  const said = remoteLines(lines.join("\n"), { credential: undefined });
  expect(said).toHaveLength(13);
  expect(said.at(-1)).toBe("(28 more lines)");
});

test("the wait before a further attempt is between nothing and the ceiling", () => {
  assert(
    property(
      integer({ min: 1, max: 50 }),
      double({ min: 0, max: 1, noNaN: true }),
      (failed, random) => {
        const waitMs = delayMs(failed, random);
        return waitMs >= 0 && waitMs <= Math.min(30_000, 1000 * 2 ** (failed - 1));
      },
    ),
  );
});
