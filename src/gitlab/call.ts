import type { Answer, Method, OutgoingBody } from "./http.ts";

export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** One request to GitLab's API, and what to say where it fails. */
export interface Call {
  method: Method;
  /** Below `/api/v4`, its parts encoded: `/projects/7/releases/v1%2F0`. */
  path: string;
  query?: Query;
  /** Sent as JSON. */
  json?: unknown;
  body?: OutgoingBody;
  receive?: (chunk: Uint8Array) => Promise<void> | void;
  /** What it is for, imperative: `read the release v1.2.0`. */
  purpose: string;
  /** The rights it needs, for the message of a 401, 403 or 404: `Reporter and the scope read_api`. */
  needs: string;
}

/** The answer that GitLab gave to a call. */
export interface Answered extends Answer {
  call: Call;
  /** GitLab's own id of the request, for whoever reads the server's log. */
  requestId: string | undefined;
}

/** A project, branch, tag or file name as one part of a path. */
export function part(text: string | number): string {
  // encodeURIComponent leaves dots alone, and a part that is only dots would move up the path.
  return encodeURIComponent(text).replaceAll(/^\.{1,2}$/g, (dots) => dots.replaceAll(".", "%2E"));
}

/** `PUT /projects/7/releases/v1`: without query, so that nothing secret can be in it. */
export function title({ method, path }: Pick<Call, "method" | "path">): string {
  return `${method} ${path}`;
}
