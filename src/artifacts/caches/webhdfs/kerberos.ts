import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type AuthorityFile, readTrust } from "../../../gitlab/index.ts";
import type { Redactor } from "../../../step/redact/redactor.ts";
import { syncError } from "../../sync-errors.ts";
import type { Means } from "../../transfer/means.ts";
import { Passing, patiently } from "../../transfer/patience.ts";
import { HdfsRefusal, isStandby, meaningOf } from "./answers.ts";
import { readGssFailure } from "./gssapi.ts";
import { parseKeytab, writeKeytab } from "./keytab.ts";
import type { HdfsLogin } from "./login.ts";

/** Where Kerberos finds who asks. */
export interface KerberosSettings {
  /** Path of a keytab, binary or base64. */
  readonly keytabFile: string | undefined;
  /** Default: the first one of the keytab, or that of the ticket. */
  readonly principal: string | undefined;
  readonly krb5Config: string | undefined;
  readonly ticketCache: string | undefined;
  /** The user for whom the token shall be. */
  readonly proxyUser: string | undefined;
}

interface Curl {
  readonly title: string;
  readonly urls: readonly string[];
  readonly means: Means;
  readonly redactor: Redactor;
  readonly authorityFiles: readonly AuthorityFile[];
  readonly kerberos: KerberosSettings;
}

/**
 * Logs in by Kerberos: one call of curl, whose GSSAPI takes a keytab or a ticket, fetches a delegation token; every
 * later request carries that. The token is asked for at the first request.
 */
export function kerberosLogin(curl: Curl): HdfsLogin {
  let token: Promise<string> | undefined;
  return {
    title: "by Kerberos",
    async query() {
      token ??= fetchToken(curl);
      return { delegation: await token };
    },
    renew() {
      token = undefined;
      return true;
    },
    async end() {
      const lent = await token?.catch(() => undefined);
      const [base] = curl.urls;
      if (lent === undefined || base === undefined) return;
      const url = new URL(`${base}/webhdfs/v1/?op=CANCELDELEGATIONTOKEN`);
      url.searchParams.set("token", lent);
      url.searchParams.set("delegation", lent);
      await curl.means.http.exchange({ method: "PUT", url, headers: {} }).catch(() => {});
    },
  };
}

async function fetchToken(curl: Curl): Promise<string> {
  const env = await environmentFor(curl);
  const token = await patiently(() => fetchFromAny(curl, env), curl.means);
  curl.redactor.add(token);
  curl.means.log.info(
    `${curl.title}: logged in by Kerberos; a delegation token is used from here on.`,
  );
  return token;
}

async function fetchFromAny(curl: Curl, env: Readonly<Record<string, string>>): Promise<string> {
  let last: unknown;
  for (const url of curl.urls) {
    try {
      return await fetchFrom(url, curl, env);
    } catch (error) {
      if (!(error instanceof Passing)) throw error;
      last = error;
    }
  }
  throw last;
}

const timeoutSeconds = 120;

/** Curl's own codes: it could not be initialised with these options; a feature is not built in. */
const lacksGssapi: ReadonlySet<number> = new Set([2, 4]);

async function fetchFrom(
  base: string,
  { title, means, authorityFiles, kerberos }: Curl,
  env: Readonly<Record<string, string>>,
): Promise<string> {
  const url = new URL(`${base}/webhdfs/v1/?op=GETDELEGATIONTOKEN`);
  if (kerberos.proxyUser !== undefined) url.searchParams.set("doas", kerberos.proxyUser);
  const { execa } = await import("execa");
  const args = [
    "--disable",
    "--silent",
    "--show-error",
    "--verbose",
    "--negotiate",
    "--user",
    ":",
    "--max-time",
    String(timeoutSeconds),
    "--connect-timeout",
    "20",
    "--write-out",
    "\n%{http_code}",
    ...(await trustArguments(url, authorityFiles, means)),
    url.href,
  ];
  const run = await execa("curl", args, {
    env,
    extendEnv: false,
    reject: false,
    stdin: "ignore",
    cancelSignal: means.signal,
    maxBuffer: 1024 * 1024,
  });
  means.signal.throwIfAborted();
  if (run.code === "ENOENT")
    throw syncError("E_CURL_MISSING", "There is no curl on PATH; the Kerberos login needs it.");
  if (run.exitCode !== undefined && lacksGssapi.has(run.exitCode))
    throw syncError(
      "E_CURL_MISSING",
      `The curl on PATH cannot do Kerberos: ${firstLine(run.stderr)}`,
    );
  const cut = run.stdout.lastIndexOf("\n");
  const [body, status] = [run.stdout.slice(0, cut), Number(run.stdout.slice(cut + 1))];
  means.log.debug(`curl --negotiate ${base} GETDELEGATIONTOKEN → ${status}`);
  if (status === 200) return readToken(body, title, base);
  const gss = readGssFailure(run.stderr);
  if (gss !== undefined && (status === 401 || status === 0)) {
    const failure = syncError(
      gss.mayPass ? "E_CACHE_UNAVAILABLE" : "E_KERBEROS_LOGIN",
      `${title}: the Kerberos login at ${base} failed: ${gss.cause}. GSSAPI says: ${gss.line}`,
      { hint: gss.cure },
    );
    throw gss.mayPass ? new Passing(failure) : failure;
  }
  if (status === 0)
    throw new Passing(
      syncError(
        "E_CACHE_UNAVAILABLE",
        `${title}: ${base} cannot be reached: ${curlLine(run.stderr)}.`,
      ),
    );
  const refusal = new HdfsRefusal(`GETDELEGATIONTOKEN at ${base}`, {
    status,
    headers: {},
    body: Buffer.from(body),
  });
  if (status === 401)
    throw syncError(
      "E_KERBEROS_LOGIN",
      `${title}: ${base} does not accept the Kerberos ticket (401).`,
      {
        hint: "The host in the address must be the one in the principal HTTP/<host> of the server.",
      },
    );
  if (isStandby(refusal))
    throw new Passing(syncError("E_CACHE_UNAVAILABLE", `${title}: ${refusal.message}`));
  throw meaningOf(refusal, title, means.clock.now());
}

function readToken(body: string, title: string, base: string): string {
  try {
    const value: unknown = JSON.parse(body);
    if (typeof value === "object" && value !== null && "Token" in value) {
      const { Token: token } = value;
      if (
        typeof token === "object" &&
        token !== null &&
        "urlString" in token &&
        typeof token.urlString === "string"
      )
        return token.urlString;
      if (token === null)
        throw syncError(
          "E_CACHE_SETTINGS",
          `${title}: ${base} gives no delegation tokens: this cluster has no Kerberos.`,
          {
            hint: "Set HDFS_USER, and neither KERBEROS_KEYTAB_FILE nor KRB5CCNAME, for a cluster without Kerberos.",
          },
        );
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw syncError("E_CACHE_REFUSED", `${title}: the answer of ${base} holds no delegation token.`);
}

/** A closed environment: what curl and GSSAPI need, and no secret of the job. */
async function environmentFor({ means, kerberos, title }: Curl): Promise<Record<string, string>> {
  const folder = await means.workFolder();
  const passed = [
    "PATH",
    "http_proxy",
    "https_proxy",
    "HTTPS_PROXY",
    "all_proxy",
    "ALL_PROXY",
    "no_proxy",
    "NO_PROXY",
  ];
  const env: Record<string, string> = { HOME: folder, LC_ALL: "C" };
  for (const name of passed) {
    const value = means.environment[name];
    if (value !== undefined && value !== "") env[name] = value;
  }
  if (kerberos.krb5Config !== undefined) env["KRB5_CONFIG"] = kerberos.krb5Config;
  if (kerberos.keytabFile !== undefined) {
    env["KRB5_CLIENT_KTNAME"] = `FILE:${await privateKeytab(folder, kerberos, title)}`;
    // The ticket that the keytab brings is nobody else's.
    env["KRB5CCNAME"] = "MEMORY:slipway";
  } else if (kerberos.ticketCache !== undefined) env["KRB5CCNAME"] = kerberos.ticketCache;
  return env;
}

/** GSSAPI takes the first key of a keytab; so it gets one that holds the principal's keys alone. */
async function privateKeytab(
  folder: string,
  { keytabFile = "", principal }: KerberosSettings,
  title: string,
): Promise<string> {
  const content = await readFile(keytabFile).catch((cause: unknown) => {
    throw syncError(
      "E_KERBEROS_KEYTAB",
      `${title}: the file of KERBEROS_KEYTAB_FILE cannot be read.`,
      { cause },
    );
  });
  const entries = parseKeytab(content);
  if (entries === undefined || entries.length === 0)
    throw syncError(
      "E_KERBEROS_KEYTAB",
      `${title}: KERBEROS_KEYTAB_FILE holds no keytab: ${content.length} bytes that are neither one nor the base64 of one.`,
    );
  const wanted = principal ?? entries[0]?.principal ?? "";
  const own = entries.filter(
    (entry) => entry.principal === wanted || entry.principal.startsWith(`${wanted}@`),
  );
  if (own.length === 0)
    throw syncError(
      "E_KERBEROS_KEYTAB",
      `${title}: the keytab has no key of ${wanted}; it has keys of ${[...new Set(entries.map((entry) => entry.principal))].join(", ")}.`,
    );
  const path = join(folder, `${crypto.randomUUID()}.keytab`);
  await writeFile(path, writeKeytab(own), { mode: 0o600 });
  return path;
}

async function trustArguments(
  url: URL,
  authorityFiles: readonly AuthorityFile[],
  means: Means,
): Promise<readonly string[]> {
  if (url.protocol !== "https:" || authorityFiles.length === 0) return [];
  const path = join(await means.workFolder(), `${crypto.randomUUID()}.pem`);
  await writeFile(path, (await readTrust(authorityFiles)).join("\n"));
  return ["--cacert", path];
}

/** The line of curl itself: `curl: (7) Failed to connect …`. */
function curlLine(stderr: string): string {
  return /^curl: \(\d+\) (.*)$/m.exec(stderr)?.[1]?.trim() ?? firstLine(stderr);
}

function firstLine(text: string): string {
  return text.trim().split("\n", 1)[0] ?? "";
}
