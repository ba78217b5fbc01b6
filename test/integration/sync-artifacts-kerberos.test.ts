import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, type TestContext, test } from "vitest";
import { artifactWorld } from "../support/artifact-world.ts";
import { passOnTo, startFaultServer, status } from "../support/fault-server.ts";
import { type Hadoop, startHadoop } from "../support/hadoop.ts";

let hadoop: Hadoop | { whyNot: string };

beforeAll(async () => {
  hadoop = await startHadoop("kerberos");
});

afterAll(async () => {
  if (hadoop !== undefined && "stop" in hadoop) await hadoop.stop();
});

async function kerberisedWorld(context: TestContext, folder: string) {
  const cluster = "whyNot" in hadoop ? context.skip(hadoop.whyNot) : hadoop;
  const world = await artifactWorld();
  const { url } = world.serve("x.tgz", randomBytes(2_000_000));
  world.declare(`
caches: {hdfs: {type: webhdfs, url: "${cluster.http}", path: ${folder}}}
default_caches: [hdfs]
artifacts: {job-1.0.conda.tgz: {id: "${url}", source: url}}
`);
  const login = { KRB5_CONFIG: cluster.krb5, KERBEROS_KEYTAB_FILE: cluster.keytab };
  return { world, cluster, login };
}

/** How many delegation tokens the namenode knows. */
async function tokensOf(cluster: Hadoop): Promise<number> {
  return Number(await cluster.command("tokens"));
}

/** Every file of the folder that this user owns, as the namenode lists them to a Kerberos login. */
function ownersIn({ http, krb5, keytab }: Hadoop, folder: string): readonly string[] {
  const answer = execFileSync(
    "curl",
    ["-sS", "-f", "--negotiate", "-u", ":", `${http}/webhdfs/v1${folder}?op=LISTSTATUS`],
    {
      encoding: "utf8",
      env: {
        PATH: process.env["PATH"],
        KRB5_CONFIG: krb5,
        KRB5CCNAME: "MEMORY:x",
        KRB5_CLIENT_KTNAME: keytab,
      },
    },
  );
  const body: { FileStatuses: { FileStatus: { pathSuffix: string; owner: string }[] } } =
    JSON.parse(answer);
  return body.FileStatuses.FileStatus.map(({ pathSuffix, owner }) => `${owner} ${pathSuffix}`);
}

test("a binary keytab logs in, and the file belongs to its principal", async (context) => {
  const { world, cluster, login } = await kerberisedWorld(context, "/pub/keytab");
  const run = await world.run(login);
  expect(run.stderr).toBe("");
  expect(run.exitCode).toBe(0);
  expect(ownersIn(cluster, "/pub/keytab")).toEqual(["alice job-1.0.conda.tgz"]);
  // The token that was lent is given back, so that nobody else can use it.
  expect(await tokensOf(cluster)).toBe(0);
  const again = await world.run(login);
  expect(again.stdout).toContain("already done");
});

test("a keytab as base64 text in a file variable, a named principal, and a proxy user log in, too", async (context) => {
  const { world, cluster, login } = await kerberisedWorld(context, "/pub/base64");
  const text = join(world.folder, "keytab.txt");
  writeFileSync(
    text,
    `${readFileSync(cluster.keytab).toString("base64").replace(/.{60}/g, "$&\n")}\n`,
  );
  const run = await world.run({
    ...login,
    KERBEROS_KEYTAB_FILE: text,
    KERBEROS_PRINCIPAL: "alice",
    HDFS_PROXY_USER: "bob",
  });
  expect(run.stderr).toBe("");
  expect(run.exitCode).toBe(0);
  expect(ownersIn(cluster, "/pub/base64")).toEqual(["bob job-1.0.conda.tgz"]);
});

test("a delegation token alone is enough, and is nowhere to be seen", async (context) => {
  const { world, cluster } = await kerberisedWorld(context, "/pub/token");
  const answer = execFileSync(
    "curl",
    ["-sS", "-f", "--negotiate", "-u", ":", `${cluster.http}/webhdfs/v1/?op=GETDELEGATIONTOKEN`],
    {
      encoding: "utf8",
      env: {
        PATH: process.env["PATH"],
        KRB5_CONFIG: cluster.krb5,
        KRB5CCNAME: "MEMORY:y",
        KRB5_CLIENT_KTNAME: cluster.keytab,
      },
    },
  );
  const { Token: token }: { Token: { urlString: string } } = JSON.parse(answer);
  const run = await world.run({ HDFS_DELEGATION_TOKEN: token.urlString, LOG_LEVEL: "debug" });
  expect(run.exitCode).toBe(0);
  expect(run.stdout + run.stderr + JSON.stringify(run.record)).not.toContain(token.urlString);
});

test("a token that ends in mid-run is replaced by a new one, once", async (context) => {
  const { world, cluster, login } = await kerberisedWorld(context, "/pub/renewed");
  const proxy = await startFaultServer(passOnTo(cluster.http));
  proxy.next(
    status(403, {
      RemoteException: {
        exception: "SecurityException",
        javaClassName: "java.lang.SecurityException",
        message: "Failed to obtain user group information: InvalidToken: token is expired",
      },
    }),
    ({ query }) => query.get("op") === "CREATE",
  );
  // The ticket is for the name of the host, not for its address.
  const url = proxy.url.replace("127.0.0.1", "localhost");
  const file = join(world.folder, "artifacts.yaml");
  world.declare(readFileSync(file, "utf8").replace(cluster.http, url));
  const run = await world.run(login);
  await proxy.close();
  expect(run.stderr).toBe("");
  expect(run.exitCode).toBe(0);
  expect(run.stdout).toContain("the credentials are no longer valid; new ones are asked for");
  expect(proxy.seen.filter(({ query }) => query.get("op") === "GETDELEGATIONTOKEN")).toHaveLength(
    2,
  );
  expect(ownersIn(cluster, "/pub/renewed")).toEqual(["alice job-1.0.conda.tgz"]);
});

describe("a login that fails says which line of GSSAPI failed, and what to do", () => {
  const cases: readonly {
    title: string;
    env: (cluster: Hadoop, folder: string) => Record<string, string>;
    exitCode: number;
    says: readonly (string | RegExp)[];
  }[] = [
    {
      title: "nothing to log in with",
      env: () => ({}),
      exitCode: 3,
      says: ["E_CACHE_LOGIN", "The cluster wants Kerberos: set KERBEROS_KEYTAB_FILE"],
    },
    {
      title: "an empty ticket cache",
      env: ({ krb5 }, folder) => ({ KRB5_CONFIG: krb5, KRB5CCNAME: `FILE:${folder}/none` }),
      exitCode: 3,
      says: [
        "E_KERBEROS_LOGIN",
        "there is no ticket",
        "GSSAPI says: gss_init_sec_context() failed",
      ],
    },
    {
      title: "a principal that the keytab lacks",
      env: ({ krb5, keytab }) => ({
        KRB5_CONFIG: krb5,
        KERBEROS_KEYTAB_FILE: keytab,
        KERBEROS_PRINCIPAL: "carol",
      }),
      exitCode: 2,
      says: [
        "E_KERBEROS_KEYTAB",
        "the keytab has no key of carol; it has keys of alice@EXAMPLE.COM",
      ],
    },
    {
      title: "a keytab with a wrong key",
      env: ({ krb5, keytab }, folder) => {
        const bytes = readFileSync(keytab);
        // Every key ends its entry, but for the four bytes of its version.
        const entries = [];
        for (let at = 2; at + 4 <= bytes.length;) {
          const end = at + 4 + bytes.readInt32BE(at);
          entries.push(end);
          at = end;
        }
        for (const end of entries) bytes.fill(0x5a, end - 20, end - 4);
        writeFileSync(join(folder, "wrong.keytab"), bytes);
        return { KRB5_CONFIG: krb5, KERBEROS_KEYTAB_FILE: join(folder, "wrong.keytab") };
      },
      exitCode: 3,
      says: ["E_KERBEROS_LOGIN", "GSSAPI says: "],
    },
    {
      title: "a realm without a KDC that answers",
      env: ({ krb5, keytab }, folder) => {
        const config = readFileSync(krb5, "utf8").replace(/kdc *= *\S+/, "kdc = localhost:1");
        writeFileSync(join(folder, "krb5.conf"), config);
        return { KRB5_CONFIG: join(folder, "krb5.conf"), KERBEROS_KEYTAB_FILE: keytab };
      },
      exitCode: 4,
      says: ["E_CACHE_UNAVAILABLE", "no KDC of the realm answers", /Cannot contact any KDC/],
    },
    {
      title: "something that is no keytab",
      env: ({ krb5 }, folder) => {
        writeFileSync(join(folder, "no.keytab"), "this is a password");
        return { KRB5_CONFIG: krb5, KERBEROS_KEYTAB_FILE: join(folder, "no.keytab") };
      },
      exitCode: 2,
      says: ["E_KERBEROS_KEYTAB", "neither one nor the base64 of one"],
    },
    {
      title: "a token of nowhere",
      env: () => ({ HDFS_DELEGATION_TOKEN: "HgAFYWxpY2UFYWxpY2UAigGiKSSBtYoBok0xBbUBAhR8ZQ" }),
      exitCode: 3,
      says: ["E_CACHE_LOGIN", "The delegation token is expired, cancelled or of another cluster"],
    },
  ];

  test.for(cases)("$title", async ({ env, exitCode, says }, context) => {
    const cluster = "whyNot" in hadoop ? context.skip(hadoop.whyNot) : hadoop;
    const world = await artifactWorld();
    const { url } = world.serve("x.tgz");
    world.declare(`
caches: {hdfs: {type: webhdfs, url: "${cluster.http}", path: /pub/never}}
default_caches: [hdfs]
artifacts: {job-1.0.conda.tgz: {id: "${url}", source: url}}
`);
    const run = await world.run(env(cluster, world.folder));
    for (const text of says) expect(run.stderr).toMatch(text);
    expect(run.exitCode).toBe(exitCode);
  });
});

test("a curl without GSSAPI is told as such", async (context) => {
  const { world, login } = await kerberisedWorld(context, "/pub/never");
  const bin = join(world.folder, "bin");
  mkdirSync(bin);
  // What a curl that was built without it answers.
  writeFileSync(
    join(bin, "curl"),
    '#!/bin/sh\necho "curl: option --negotiate: the installed libcurl version does not support this" >&2\nexit 4\n',
    { mode: 0o755 },
  );
  const run = await world.run({ ...login, PATH: bin });
  expect(run.stderr).toContain("E_CURL_MISSING");
  expect(run.exitCode).toBe(5);
});
