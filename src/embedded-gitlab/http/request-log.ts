/** What the server remembers of one request. Never a secret. */
export interface LoggedRequest {
  readonly id: string;
  readonly at: Date;
  readonly method: string;
  /** With its query; tokens in it are masked. */
  readonly path: string;
  /** `personal:alice`, `project:project_1_bot_x`, `job:alice`, `deploy:name` or `anonymous`. */
  identity: string;
  /** How the token came: `private-token`, `job-token`, `basic`, …; empty for none. */
  carrier: string;
  /** What was answered; 0 while it runs and where the connection was cut. */
  status: number;
  /** Bytes of the request's body that arrived. */
  receivedBytes: number;
  /** What a route adds: the refs of a push, its options. */
  facts: Record<string, unknown>;
}

/** A path as it may be written down. */
export function maskPath(path: string): string {
  return path.replace(/([?&](?:private_token|job_token|access_token|token)=)[^&]*/g, "$1[MASKED]");
}
