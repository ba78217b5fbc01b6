import type { Secret } from "../step/secret.ts";
import type { ConfigValue, JobEnvironment } from "./environment.ts";
import { gitErrors } from "./errors.ts";

/** Who the server is told we are. */
export interface Credential {
  /** `oauth2` with an access token, `gitlab-ci-token` with a job token. */
  readonly username: string;
  readonly password: Secret;
}

/** A repository on a server. */
export interface Remote {
  /** http(s), without user name and password. */
  readonly url: string;
  readonly protocol: "http" | "https";
  readonly credential: Credential | undefined;
  /** A bundle that replaces the system's certificate authorities, so that it holds those, too. */
  readonly caFile: string | undefined;
}

/**
 * Takes an address as a remote repository.
 *
 * @throws {StepError} E_REMOTE_URL for other schemes (`ext::`, `file:`, `ssh:`), for addresses that hold a credential
 * and for ones that are no addresses (G20). The address itself is not shown where it may hold one.
 */
export function remoteAt(
  url: string,
  { credential, caFile }: { credential?: Credential | undefined; caFile?: string | undefined } = {},
): Remote {
  const parsed = URL.parse(url);
  // Schemes are compared as written: git's own list of permitted ones is case-sensitive.
  if (parsed === null || !/^https?:\/\//.test(url) || /[\p{Cc}\s\\]/u.test(url))
    throw gitErrors("E_REMOTE_URL", "The repository's address is not an http(s) address.");
  if (parsed.username !== "" || parsed.password !== "")
    throw gitErrors(
      "E_REMOTE_URL",
      `The repository's address on ${parsed.host} holds a user name.`,
    );
  if (parsed.search !== "" || parsed.hash !== "")
    throw gitErrors("E_REMOTE_URL", `The repository's address ${parsed.origin} holds a query.`);
  return {
    url,
    protocol: parsed.protocol === "https:" ? "https" : "http",
    credential,
    caFile,
  };
}

/**
 * How the credential reaches git: as a header for this origin alone, in configuration that the child reads from its
 * environment. There is no file (temporary folders may be noexec), nothing in an argument list, and git's traces mask
 * it; and it goes with the first request, where a helper would take an answer of 401 and two more children.
 */
export function credentialConfig(remote: Remote): ConfigValue[] {
  const { authorization } = credentialHeader(remote);
  if (authorization === undefined) return [];
  const key = `http.${new URL(remote.url).origin}/.extraHeader`;
  // The empty value first lets go of headers that any other configuration names.
  return [
    [key, ""],
    [key, `Authorization: ${authorization}`],
  ];
}

/** The credential as HTTP has it. */
export function credentialHeader({ credential }: Remote): { authorization?: string } {
  if (credential === undefined) return {};
  const { username, password } = credential;
  const basic = Buffer.from(`${username}:${password.reveal()}`).toString("base64");
  return { authorization: `Basic ${basic}` };
}

/** The variables that a command for this remote gets besides the closed environment. */
export function networkVariables(
  { caFile }: Remote,
  environment: JobEnvironment,
): Record<string, string> {
  const variables: Record<string, string> = {};
  for (const name of proxyVariables) {
    const value = environment[name];
    if (value) variables[name] = value;
  }
  if (caFile !== undefined) variables["GIT_SSL_CAINFO"] = caFile;
  return variables;
}

/** As curl reads them: HTTP_PROXY in capitals is not among them, for CGI's sake. */
const proxyVariables = [
  "http_proxy",
  "https_proxy",
  "HTTPS_PROXY",
  "all_proxy",
  "ALL_PROXY",
  "no_proxy",
  "NO_PROXY",
];
