import { expect, test } from "vitest";
import { listRefs } from "../../src/git/list-refs.ts";
import type { Carried, Carrier } from "../../src/git/carrier.ts";
import { lsRefs } from "../../src/git/ls-refs.ts";
import { serverOf } from "../../src/git/server.ts";
import { connect } from "../support/git-client.ts";
import { type GitServer, serveRepository } from "../support/git-server.ts";
import { commitFiles, git, makeRepository } from "../support/repositories.ts";

/** Node's own client: what carries the question is not this domain's matter. */
const carrier: Carrier = async ({ url, headers, body, answerType }): Promise<Carried> => {
  const answer = await fetch(url, {
    method: "POST",
    headers: { ...headers, "content-type": body?.type ?? "" },
    body: Uint8Array.from(body?.bytes ?? []),
    redirect: "manual",
  });
  if (answer.status !== 200 || answer.headers.get("content-type") !== answerType)
    return { problem: String(answer.status) };
  return { body: Buffer.from(await answer.arrayBuffer()) };
};

async function prepare(through: Carrier = carrier) {
  const root = await makeRepository({ "a.txt": "1\n" });
  git(root, ["tag", "light"]);
  git(root, ["tag", "-a", "-m", "One", "v1"]);
  await commitFiles(root, { "a.txt": "2\n" }, "Second");
  git(root, ["tag", "-a", "-m", "Two ünïcode", "v2-ünïcode"]);
  git(root, ["branch", "main-old", "v1"]);
  git(root, ["branch", "refs/heads/main", "v1"]);
  const served = await serveRepository(root);
  const { server, repository, remote } = await connect(root, served.url);
  return { served, byGit: server, server: serverOf(repository, remote, { carrier: through }) };
}

const wanted = ["refs/heads/main", "refs/tags/*"];
const requests = ({ seen }: GitServer) => seen.map(({ method, path }) => `${method} ${path}`);

test("one request brings what git itself lists, commits of annotated tags included", async () => {
  const { served, server, byGit } = await prepare();
  const refs = await listRefs(server, wanted);
  expect(requests(served)).toStrictEqual(["POST git-upload-pack"]);
  expect(served.seen[0]?.user).toBe("oauth2");
  expect(refs).toStrictEqual(await listRefs(byGit, wanted));
  expect([...refs.keys()].toSorted()).toStrictEqual([
    "refs/heads/main",
    "refs/tags/light",
    "refs/tags/v1",
    "refs/tags/v1^{}",
    "refs/tags/v2-ünïcode",
    "refs/tags/v2-ünïcode^{}",
  ]);
});

test("nothing of that name is left to git, which tells an empty repository from what is not git", async () => {
  const { served, server } = await prepare();
  expect(await listRefs(server, ["refs/heads/absent"])).toStrictEqual(new Map());
  expect(requests(served)).toContain("GET info/refs");
});

const line = (text: string) => `${(text.length + 4).toString(16).padStart(4, "0")}${text}`;
const id = "0123456789abcdef0123456789abcdef01234567";

test.each([
  { title: "an empty answer", answer: "" },
  { title: "a page", answer: "<html>Sign in</html>" },
  {
    title: "an answer that ends in mid-line",
    answer: line(`${id} refs/heads/main\n`).slice(0, 30),
  },
  { title: "an answer without its end", answer: line(`${id} refs/heads/main\n`) },
  { title: "more after the end", answer: `${line(`${id} refs/heads/main\n`)}00000000` },
  { title: "an error of the server", answer: `${line("ERR access denied\n")}0000` },
  { title: "an id that is none", answer: `${line("0123 refs/heads/main\n")}0000` },
  {
    title: "a commit of a tag that is none",
    answer: `${line(`${id} refs/tags/v1 peeled:x\n`)}0000`,
  },
  { title: "a length that is none", answer: `-001${id} refs/heads/main\n0000` },
])("$title is no answer, and git is asked", async ({ answer }) => {
  const { server, byGit } = await prepare(async () => ({ body: Buffer.from(answer) }));
  expect(await lsRefs(server, wanted)).toBeUndefined();
  expect(await listRefs(server, wanted)).toStrictEqual(await listRefs(byGit, wanted));
});

test("what does not get through is asked by git, with its attempts and its words", async () => {
  const { served, server } = await prepare();
  served.fault = ({ method }) => (method === "POST" ? { status: 502 } : undefined);
  await expect(listRefs(server, wanted)).rejects.toMatchObject({ code: "E_GIT_UNREACHABLE" });
  served.fault = () => ({ status: 401, body: "HTTP Basic: Access denied." });
  await expect(listRefs(server, wanted)).rejects.toMatchObject({ code: "E_GIT_TOKEN_REFUSED" });
});
