/**
 * Why no complete answer came.
 *
 * `host`: the name is unknown; `connect`: no connection came about; `tls`: the certificate; `proxy`: the proxy said
 * no; `broken`: the connection ended too early; `stalled`: a deadline passed; `oversized`: more than the cap.
 */
export type TransportKind =
  | "host"
  | "connect"
  | "tls"
  | "proxy"
  | "broken"
  | "stalled"
  | "oversized";

/** The boundary error of the door to the network; it never leaves `src/gitlab` unwrapped. */
export class TransportError extends Error {
  readonly kind: TransportKind;
  /** Whether bytes of the request may have reached the server: then the outcome of a write is unknown. */
  readonly sent: boolean;

  constructor(kind: TransportKind, sent: boolean, message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "TransportError";
    this.kind = kind;
    this.sent = sent;
  }
}

const hostCodes = new Set(["ENOTFOUND", "EAI_NONAME"]);
const connectCodes = new Set([
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EHOSTDOWN",
  "ENETDOWN",
  "EADDRNOTAVAIL",
  "EAI_AGAIN",
  "UND_ERR_CONNECT_TIMEOUT",
]);
const tlsCodes = new Set([
  "CERT_HAS_EXPIRED",
  "CERT_NOT_YET_VALID",
  "CERT_REVOKED",
  "CERT_UNTRUSTED",
  "CERT_REJECTED",
  "CERT_SIGNATURE_FAILURE",
  "CERT_CHAIN_TOO_LONG",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "HOSTNAME_MISMATCH",
  "INVALID_CA",
  "INVALID_PURPOSE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

/** What OpenSSL makes of an answer in plain HTTP. */
const plainHttpCodes = new Set(["ERR_SSL_WRONG_VERSION_NUMBER", "ERR_SSL_PACKET_LENGTH_TOO_LONG"]);

/** Sorts what undici, Node's sockets and OpenSSL throw. Whatever is not known happened on an open connection. */
export function asTransportError(thrown: unknown): TransportError {
  if (thrown instanceof TransportError) return thrown;
  const code = errorCode(thrown);
  const text = describe(thrown);
  if (hostCodes.has(code)) return new TransportError("host", false, text, thrown);
  if (connectCodes.has(code) || failedToConnect(thrown))
    return new TransportError("connect", false, text, thrown);
  if (plainHttpCodes.has(code))
    return new TransportError(
      "tls",
      false,
      "it answers without TLS, and the address says https",
      thrown,
    );
  if (tlsCodes.has(code) || code.startsWith("ERR_SSL_") || code === "EPROTO")
    return new TransportError("tls", false, `${text} (${code})`, thrown);
  if (/proxy/i.test(text)) return new TransportError("proxy", false, text, thrown);
  return new TransportError("broken", true, text, thrown);
}

function errorCode(thrown: unknown): string {
  if (typeof thrown !== "object" || thrown === null) return "";
  const own = "code" in thrown && typeof thrown.code === "string" ? thrown.code : "";
  // A connector wraps the certificate's error; the innermost code says more.
  const inner = "cause" in thrown ? errorCode(thrown.cause) : "";
  return inner === "" ? own : inner;
}

// An address that does not answer at all: the kernel's own limit, before anything was sent.
function failedToConnect(thrown: unknown): boolean {
  return (
    typeof thrown === "object" &&
    thrown !== null &&
    "syscall" in thrown &&
    thrown.syscall === "connect"
  );
}

function describe(thrown: unknown): string {
  if (thrown instanceof AggregateError && thrown.errors.length > 0)
    return [...new Set(thrown.errors.map(describe))].join("; ");
  if (!(thrown instanceof Error)) return String(thrown);
  return thrown.message === "" ? thrown.name : thrown.message;
}
