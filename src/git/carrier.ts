/** One request of git's protocol over HTTP, carried by a connection that is open already. */
export interface GitRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Without it the request is a GET. */
  readonly body?: { readonly type: string; readonly bytes: Buffer };
  /** The `Content-Type` that an answer must have. */
  readonly answerType: string;
}

/** The body of a success of the wanted type; for everything else, what came instead. */
export type Carried = { readonly body: Buffer } | { readonly problem: string };

export type Carrier = (request: GitRequest) => Promise<Carried>;
