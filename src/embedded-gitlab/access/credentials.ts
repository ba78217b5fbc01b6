import type { IncomingMessage } from "node:http";

/** How a token was carried to us. GitLab takes different ones on different routes. */
export type Carrier =
  | "private-token"
  | "bearer"
  | "job-token"
  | "deploy-token"
  | "basic"
  | "job-token parameter"
  | "private-token parameter";

export interface Credential {
  readonly carrier: Carrier;
  readonly value: string;
  /** Of Basic. */
  readonly username: string;
}

/** Every credential of a request, in the order in which GitLab looks at them. */
export function readCredentials(request: IncomingMessage, query: URLSearchParams): Credential[] {
  const found: Credential[] = [];
  const add = (carrier: Carrier, value: unknown, username = ""): void => {
    if (typeof value === "string" && value !== "") found.push({ carrier, value, username });
  };
  add("job-token", request.headers["job-token"]);
  add("job-token parameter", query.get("job_token"));
  add("deploy-token", request.headers["deploy-token"]);
  add("private-token", request.headers["private-token"]);
  add("private-token parameter", query.get("private_token") ?? query.get("access_token"));
  const authorization = request.headers.authorization ?? "";
  const [, scheme = "", rest = ""] = /^(\S+)\s+(.*)$/.exec(authorization) ?? [];
  if (scheme.toLowerCase() === "bearer") add("bearer", rest);
  if (scheme.toLowerCase() === "basic") {
    const basic = parseBasic(rest);
    add("basic", basic.password, basic.username);
  }
  return found;
}

/** Tokens among the parameters of a body. */
export function readBodyCredentials(
  jobToken: string | undefined,
  privateToken: string | undefined,
): Credential[] {
  const found: Credential[] = [];
  if (jobToken !== undefined) {
    found.push({ carrier: "job-token parameter", value: jobToken, username: "" });
  }
  if (privateToken !== undefined) {
    found.push({ carrier: "private-token parameter", value: privateToken, username: "" });
  }
  return found;
}

function parseBasic(encoded: string): { username: string; password: string } {
  const plain = Buffer.from(encoded, "base64").toString();
  const colon = plain.indexOf(":");
  return colon < 0
    ? { username: plain, password: "" }
    : { username: plain.slice(0, colon), password: plain.slice(colon + 1) };
}
