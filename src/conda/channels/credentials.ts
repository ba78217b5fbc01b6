import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { variable, type Environment } from "../environment.ts";
import { fieldsIn, isFields, parseFields, textIn, type Fields } from "../json-fields.ts";
import { Secret } from "../../step/secret.ts";
import { netrcEntries } from "./netrc.ts";

/** How a host wants to be asked. */
export type Credential =
  | { readonly kind: "basic"; readonly user: string; readonly password: Secret }
  | { readonly kind: "bearer"; readonly token: Secret }
  | { readonly kind: "conda-token"; readonly token: Secret };

/** Finds the credential for an address: host, or host and the beginning of the path. */
export interface Credentials {
  for(url: URL): Credential | undefined;
}

/**
 * Reads what conda's tools keep: `RATTLER_AUTH_FILE` or `~/.rattler/credentials.json`,
 * `~/.mamba/auth/authentication.json`, `NETRC` or `~/.netrc`, in this order.
 *
 * @param warn is told of a file that is there and cannot be understood
 */
export async function readCredentials(
  env: Environment,
  warn: (message: string) => void,
): Promise<Credentials> {
  const home = variable(env, "HOME");
  const below = (...parts: string[]) => (home === undefined ? undefined : join(home, ...parts));
  const entries = [
    ...(await readEntries(
      variable(env, "RATTLER_AUTH_FILE") ?? below(".rattler", "credentials.json"),
      rattlerEntries,
      warn,
    )),
    ...(await readEntries(below(".mamba", "auth", "authentication.json"), mambaEntries, warn)),
    ...(await readEntries(variable(env, "NETRC") ?? below(".netrc"), netrcCredentials, warn)),
  ];
  return { for: (url) => entries.find(({ host }) => isFor(host, url))?.credential };
}

/** The address to ask and the headers to ask with. The credential goes nowhere else. */
export function authorised(
  url: URL,
  credentials: Credentials,
): { url: URL; headers: Record<string, string> } {
  if (url.username !== "" || url.password !== "") {
    const plain = new URL(url);
    plain.username = "";
    plain.password = "";
    return {
      url: plain,
      headers: basic(decodeURIComponent(url.username), decodeURIComponent(url.password)),
    };
  }
  if (url.pathname.startsWith("/t/") || url.protocol === "file:") return { url, headers: {} };
  const credential = credentials.for(url);
  if (credential === undefined) return { url, headers: {} };
  if (credential.kind === "basic")
    return { url, headers: basic(credential.user, credential.password.reveal()) };
  if (credential.kind === "bearer")
    return { url, headers: { authorization: `Bearer ${credential.token.reveal()}` } };
  const withToken = new URL(url);
  withToken.pathname = `/t/${credential.token.reveal()}${url.pathname}`;
  return { url: withToken, headers: {} };
}

interface Entry {
  /** `host`, `host:port`, `*.domain`, `host/path`. */
  readonly host: string;
  readonly credential: Credential;
}

type Parse = (text: string) => readonly Entry[] | undefined;

async function readEntries(
  path: string | undefined,
  parse: Parse,
  warn: (message: string) => void,
): Promise<readonly Entry[]> {
  if (path === undefined) return [];
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return [];
  const entries = parse(text);
  if (entries === undefined) warn(`${path} holds no credentials that can be understood`);
  return entries ?? [];
}

function rattlerEntries(text: string): readonly Entry[] | undefined {
  const file = parseFields(text);
  if (file === undefined) return undefined;
  return Object.entries(file).flatMap(([host, value]) => {
    const credential = isFields(value) ? rattlerCredential(value) : undefined;
    return credential === undefined ? [] : [{ host, credential }];
  });
}

function rattlerCredential(value: Fields): Credential | undefined {
  const bearer = textIn(value, "BearerToken");
  if (bearer !== undefined) return { kind: "bearer", token: new Secret(bearer) };
  const token = textIn(value, "CondaToken");
  if (token !== undefined) return { kind: "conda-token", token: new Secret(token) };
  const http = fieldsIn(value, "BasicHTTP");
  return basicCredential(textIn(http, "username"), textIn(http, "password"));
}

function mambaEntries(text: string): readonly Entry[] | undefined {
  const file = parseFields(text);
  if (file === undefined) return undefined;
  return Object.entries(file).flatMap(([host, value]) => {
    const credential = isFields(value) ? mambaCredential(value) : undefined;
    return credential === undefined ? [] : [{ host, credential }];
  });
}

function mambaCredential(value: Fields): Credential | undefined {
  const token = textIn(value, "token");
  switch (textIn(value, "type")) {
    case "CondaToken":
      return token === undefined ? undefined : { kind: "conda-token", token: new Secret(token) };
    case "BearerToken":
      return token === undefined ? undefined : { kind: "bearer", token: new Secret(token) };
    case "BasicHTTPAuthentication": {
      const encoded = textIn(value, "password") ?? "";
      const password = Buffer.from(encoded, "base64").toString();
      return basicCredential(textIn(value, "user") ?? textIn(value, "username"), password);
    }
    default:
      return undefined;
  }
}

function netrcCredentials(text: string): readonly Entry[] {
  return netrcEntries(text).flatMap(({ machine, login, password }) => {
    const credential = basicCredential(login, password);
    return credential === undefined ? [] : [{ host: machine, credential }];
  });
}

function basicCredential(
  user: string | undefined,
  password: string | undefined,
): Credential | undefined {
  if (user === undefined || password === undefined) return undefined;
  return { kind: "basic", user, password: new Secret(password) };
}

function isFor(pattern: string, url: URL): boolean {
  const [host = "", ...path] = pattern.replace(/^https?:\/\//, "").split("/");
  if (!isHost(host, url)) return false;
  const wanted = path.filter((part) => part !== "").join("/");
  const asked = url.pathname.replace(/^\//, "");
  return wanted === "" || asked === wanted || asked.startsWith(`${wanted}/`);
}

function isHost(pattern: string, url: URL): boolean {
  if (pattern === "*") return true;
  if (pattern.startsWith("*.")) return url.hostname.endsWith(pattern.slice(1));
  return pattern === url.host || pattern === url.hostname;
}

function basic(user: string, password: string): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}` };
}
