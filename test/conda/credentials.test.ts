import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { authorised, readCredentials } from "../../src/conda/channels/credentials.ts";
import { netrcEntries } from "../../src/conda/channels/netrc.ts";

let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "slipway-credentials-"));
});

afterAll(() => rm(home, { recursive: true, force: true }));

const basic = (pair: string) => ({
  authorization: `Basic ${Buffer.from(pair).toString("base64")}`,
});

async function store(file: string, content: string): Promise<void> {
  await mkdir(join(home, file, ".."), { recursive: true });
  await writeFile(join(home, file), content);
}

test("each of the stores of conda's family is understood, the first that knows the host wins", async () => {
  await store(
    ".rattler/credentials.json",
    JSON.stringify({
      "bearer.example": { BearerToken: "b" },
      "*.wild.example": { CondaToken: "c" },
      "basic.example": { BasicHTTP: { username: "u", password: "p" } },
    }),
  );
  await store(
    ".mamba/auth/authentication.json",
    JSON.stringify({
      "basic.example": { type: "CondaToken", token: "later" },
      "mamba.example/private": {
        type: "BasicHTTPAuthentication",
        user: "m",
        password: Buffer.from("word").toString("base64"),
      },
      "token.example": { type: "CondaToken", token: "t" },
    }),
  );
  await store(".netrc", "machine netrc.example login n password w\n");
  const credentials = await readCredentials({ HOME: home }, () => {});
  const ask = (address: string) => {
    const { url, headers } = authorised(new URL(address), credentials);
    return [url.href, headers];
  };
  const plain = (address: string, headers = {}) => [address, headers];

  expect(ask("https://bearer.example/x")).toEqual(
    plain("https://bearer.example/x", { authorization: "Bearer b" }),
  );
  expect(ask("https://a.wild.example/x")).toEqual(plain("https://a.wild.example/t/c/x"));
  expect(ask("https://basic.example/x")).toEqual(plain("https://basic.example/x", basic("u:p")));
  expect(ask("https://mamba.example/private/x")).toEqual(
    plain("https://mamba.example/private/x", basic("m:word")),
  );
  expect(ask("https://mamba.example/public")).toEqual(plain("https://mamba.example/public"));
  expect(ask("https://token.example/x")).toEqual(plain("https://token.example/t/t/x"));
  expect(ask("https://netrc.example/x")).toEqual(plain("https://netrc.example/x", basic("n:w")));
  expect(ask("https://other.example/x")).toEqual(plain("https://other.example/x"));
});

test("what the address itself holds wins, and leaves it", async () => {
  const credentials = await readCredentials({}, () => {});
  const { url, headers } = authorised(new URL("https://u%40x:p%3A@host.example/a"), credentials);
  expect(url.href).toBe("https://host.example/a");
  expect(headers).toEqual(basic("u@x:p:"));
  const token = authorised(new URL("https://host.example/t/tk/a"), credentials);
  expect(token).toEqual({ url: new URL("https://host.example/t/tk/a"), headers: {} });
});

test("a store that cannot be understood is a warning that holds none of it", async () => {
  await store("broken.json", "token-1234");
  const warnings: string[] = [];
  await readCredentials({ RATTLER_AUTH_FILE: join(home, "broken.json") }, (message) =>
    warnings.push(message),
  );
  expect(warnings).toEqual([
    `${join(home, "broken.json")} holds no credentials that can be understood`,
  ]);
});

const netrc = [
  {
    title: "one line",
    text: "machine h login l password p",
    entries: [{ machine: "h", login: "l", password: "p" }],
  },
  {
    title: "several lines, comments, a default",
    text: "# mine\nmachine h\n  login l\n  password p # not for you\ndefault login d password e\n",
    entries: [
      { machine: "h", login: "l", password: "p" },
      { machine: "*", login: "d", password: "e" },
    ],
  },
  {
    title: "quotes and a hash at the start of a password",
    text: 'machine h login "a b" password #1\n',
    entries: [{ machine: "h", login: "a b", password: "#1" }],
  },
  {
    title: "a macro",
    text: "macdef init\ncd /machine\n\nmachine h login l password p\n",
    entries: [{ machine: "h", login: "l", password: "p" }],
  },
] as const;

test.each(netrc)("a netrc file with $title", ({ text, entries }) => {
  expect(netrcEntries(text)).toEqual(entries);
});
