import { type Answer, judgeAnswer } from "../../../gitlab/index.ts";
import { syncError } from "../../sync-errors.ts";
import { Passing } from "../../transfer/patience.ts";

/** A refusal of a namenode, datanode or HttpFS server, as it told it. */
export class HdfsRefusal extends Error {
  readonly status: number;
  /** Simple name of the Java exception; empty where the answer names none. */
  readonly exception: string;
  /** What the server says, its first lines. */
  readonly said: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    what: string,
    { status, headers, body }: Pick<Answer, "status" | "headers" | "body">,
  ) {
    const { exception, message } = remoteException(body.toString("utf8"));
    super(`${what}: ${status}${exception === "" ? "" : ` ${exception}`}: ${message}`);
    this.name = "HdfsRefusal";
    this.status = status;
    this.exception = exception;
    this.said = message;
    this.headers = headers;
  }

  is(...names: readonly string[]): boolean {
    return names.includes(this.exception) || names.some((name) => this.said.startsWith(`${name}:`));
  }
}

/** The name is taken. HttpFS sends some refusals with the exception's name in their text alone. */
export function isTaken(refusal: HdfsRefusal): boolean {
  return (
    refusal.is("FileAlreadyExistsException", "AlreadyBeingCreatedException") ||
    /rename destination .* already exists/i.test(refusal.said)
  );
}

/** A namenode that is only there to take over: another one answers. */
export function isStandby(refusal: HdfsRefusal): boolean {
  return (
    refusal.is("StandbyException", "RetriableException") || /in state standby/i.test(refusal.said)
  );
}

/** The delegation token is wrong, cancelled or too old; a Negotiate login gets another one. */
export function isTokenRefusal(refusal: HdfsRefusal): boolean {
  return (
    refusal.status === 401 ||
    refusal.is("InvalidToken", "AuthenticationException") ||
    (refusal.is("SecurityException") && /InvalidToken|EOFException|token/i.test(refusal.said))
  );
}

/** What a refusal means for the run. @returns a `Passing` for what another try may cure. */
export function meaningOf(refusal: HdfsRefusal, title: string, now: Date): Error {
  const text = `${title}: ${refusal.message}${/[.!?]$/.test(refusal.message) ? "" : "."}`;
  const { status, said } = refusal;
  if (/safe ?mode/i.test(refusal.exception) || /in safe mode/i.test(said))
    return passing(
      text,
      "The namenode is in safe mode, right after its start or because somebody put it there.",
    );
  if (isStandby(refusal))
    return passing(text, "Every namenode that is listed says that it is the standby.");
  if (isTokenRefusal(refusal))
    return syncError("E_CACHE_LOGIN", text, { hint: loginHint(refusal), cause: refusal });
  if (/impersonate/i.test(said))
    return syncError("E_CACHE_DENIED", text, {
      hint: "The cluster does not let this user act for HDFS_PROXY_USER: hadoop.proxyuser.<user>.hosts and .groups allow it.",
      cause: refusal,
    });
  if (refusal.is("AccessControlException"))
    return syncError("E_CACHE_DENIED", text, { cause: refusal });
  if (
    /Quota/.test(refusal.exception) ||
    /QuotaExceededException/.test(said) ||
    /No space left|out of space/i.test(said)
  )
    return syncError("E_CACHE_FULL", text, { cause: refusal });
  if (
    /could only be written to 0|Failed to find datanode|No datanodes? .*available|excluded in this operation/i.test(
      said,
    )
  )
    return passing(
      text,
      "No datanode takes the file now: they are stopped, full, or not reachable for the namenode.",
    );
  if (refusal.exception === "" && judgeAnswer(refusal, now).retry) return passing(text);
  if (refusal.exception === "" && status === 404)
    return syncError("E_CACHE_REFUSED", text, {
      hint: "This is not WebHDFS: check the address, its port, and that dfs.webhdfs.enabled is not false.",
      cause: refusal,
    });
  return syncError("E_CACHE_REFUSED", text, { cause: refusal });
}

function passing(text: string, hint?: string): Passing {
  return new Passing(syncError("E_CACHE_UNAVAILABLE", text, hint === undefined ? {} : { hint }));
}

function loginHint({ status, headers, exception }: HdfsRefusal): string {
  const offered = headers["www-authenticate"] ?? "";
  if (status === 401 && /negotiate/i.test(offered))
    return "The cluster wants Kerberos: set KERBEROS_KEYTAB_FILE (and KERBEROS_PRINCIPAL), or KRB5CCNAME with a ticket, or a HDFS_DELEGATION_TOKEN.";
  if (status === 401)
    return "The cluster wants to know who asks: set HDFS_USER where it has no Kerberos.";
  return `The delegation token is expired, cancelled or of another cluster (${exception}). Tokens of a namenode and of HttpFS are not interchangeable.`;
}

const longest = 500;

function remoteException(text: string): { exception: string; message: string } {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && "RemoteException" in value) {
      const { RemoteException: remote } = value;
      if (typeof remote === "object" && remote !== null) {
        const exception = "exception" in remote ? String(remote.exception) : "";
        const message = "message" in remote ? String(remote.message) : "";
        return { exception, message: firstLines(message) };
      }
    }
  } catch {
    // A page of HTML or nothing at all.
  }
  return { exception: "", message: firstLines(withoutTags(text)) || "no reason is given" };
}

/** A datanode's message carries the server's whole stack. */
function firstLines(message: string): string {
  const [head = ""] = message.split(/\r?\n\s*at\s/, 1);
  return head.replaceAll(/\s+/g, " ").trim().slice(0, longest);
}

function withoutTags(text: string): string {
  return text.replaceAll(/<(style|script|head)[^]*?<\/\1>/gi, " ").replaceAll(/<[^>]*>/g, " ");
}
