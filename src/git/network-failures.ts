import type { StepError } from "../step/errors.ts";
import { gitErrors } from "./errors.ts";
import type { GitResult } from "./git.ts";
import type { Remote } from "./remote.ts";
import { remoteLines } from "./remote-lines.ts";

/** What a command for the server failed of. */
export interface NetworkFailure {
  readonly error: StepError;
  /** May pass by itself. */
  readonly retry: boolean;
  /** The server sent us elsewhere. */
  readonly redirected: boolean;
}

/** Sorts the failure of a git command that speaks to a server by what git and the server said. */
export function networkFailure(
  remote: Remote,
  { exitCode, stderr }: GitResult,
  args: readonly string[],
): NetworkFailure {
  const row = failures.find(({ match }) => match.test(stderr));
  const said = quote(remote, stderr);
  if (row === undefined)
    return {
      error: gitErrors("E_GIT_FAILED", `git ${args[0]} ended with ${exitCode}: ${said}`),
      retry: false,
      redirected: false,
    };
  const { code, what, retry = false } = row;
  return {
    error: gitErrors(code, `${what(remote)}: ${said}`),
    retry,
    redirected: code === "E_PROJECT_MOVED",
  };
}

interface Failure {
  match: RegExp;
  code: Parameters<typeof gitErrors>[0];
  what(remote: Remote): string;
  retry?: true;
}

const unreachable = ({ url }: Remote) => `${url} cannot be reached`;
const overloaded = ({ url }: Remote) => `${url} is out of order for the moment`;
const who = ({ credential }: Remote) =>
  credential === undefined ? "without a token" : `as ${credential.username}`;

/** First match wins. Texts of git, curl (OpenSSL, GnuTLS) and GitLab (lib/gitlab/git_access.rb). */
const failures: readonly Failure[] = [
  {
    match: /The requested URL returned error: 30\d|unable to update url base from redirection/,
    code: "E_PROJECT_MOVED",
    what: ({ url }) => `${url} answers with a redirect`,
  },
  {
    match:
      /certificate (?:problem|verif)|certificate subject name|SSL certificate|self[- ]signed|setting certificate|wrong version number|unexpected TLS packet/i,
    code: "E_GIT_TLS",
    what: ({ url }) => `The identity of ${new URL(url).host} is not proven`,
  },
  {
    match: /temporarily read-only/,
    code: "E_GIT_UNREACHABLE",
    what: overloaded,
    retry: true,
  },
  {
    match: /Authentication failed|could not read (?:Username|Password)|returned error: 401/,
    code: "E_GIT_TOKEN_REFUSED",
    what: (remote) => `${remote.url} does not know us (${who(remote)})`,
  },
  {
    match: /returned error: 407|response 407|CONNECT tunnel failed, response 4/,
    code: "E_GIT_PROXY",
    what: ({ url }) => `A proxy stands between us and ${url}`,
  },
  {
    match: /returned error: 403/,
    code: "E_GIT_FORBIDDEN",
    what: (remote) => `${remote.url} refuses us (${who(remote)})`,
  },
  {
    match: /repository '.*' not found|returned error: 404/,
    code: "E_GIT_NOT_FOUND",
    what: (remote) => `${remote.url} is not there, or not to be seen ${who(remote)}`,
  },
  {
    match: /not valid: is this a git repository|invalid server response|unexpected content type/i,
    code: "E_NOT_GIT",
    what: ({ url }) => `What answers at ${url} is not git`,
  },
  {
    match: /transport '.*' not allowed|protocol '.*' is not supported|Unsupported protocol/i,
    code: "E_REMOTE_URL",
    what: () => "The repository's address has a scheme that is not permitted",
  },
  {
    match: /(?:returned error:|HTTP(?:\/[\d.]+)?) (?:408|429|5\d\d)/,
    code: "E_GIT_UNREACHABLE",
    what: overloaded,
    retry: true,
  },
  {
    match:
      /Could not resolve|Failed to connect|Couldn't connect|Connection (?:refused|reset|timed out)|timed out|hung up|early EOF|unexpected disconnect|RPC failed|Empty reply|Recv failure|Send failure|transfer closed|Network is unreachable|server closed|SSL_ERROR_SYSCALL|SSL_read|GnuTLS recv error|gnutls_handshake|non-properly terminated/i,
    code: "E_GIT_UNREACHABLE",
    what: unreachable,
    retry: true,
  },
];

/** What the server said, else git's own last words. */
function quote(remote: Remote, stderr: string): string {
  const lines = remoteLines(stderr, remote);
  if (lines.length > 0) return lines.join(" / ");
  const fatal = stderr.split("\n").filter((line) => /^(?:fatal|error): /.test(line));
  const words = (fatal.length > 0 ? fatal : stderr.split("\n")).map((line) =>
    line.replace(/^(?:fatal|error): /, "").trim(),
  );
  return (
    remoteLines(
      words
        .filter((line) => line !== "")
        .map((line) => `remote: ${line}`)
        .join("\n"),
      remote,
    ).join(" / ") || "git said nothing"
  );
}
