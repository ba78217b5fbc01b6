/** Further facts of a log line, shown by `LOG_FORMAT=json` and at `LOG_LEVEL=debug`. */
export type Facts = Readonly<Record<string, unknown>>;

/** Long work that reports how far it is: a bar on a terminal, a line per 10 % or 10 s in a job. */
export interface Progress {
  /** More of the total is done, in the unit of the total. */
  advance(amount: number): void;
  end(): void;
}

/** What a domain may say to the person who reads the job's log. Everything passes the redactor. */
export interface Log {
  debug(message: string, facts?: Facts): void;
  info(message: string, facts?: Facts): void;
  warn(message: string, facts?: Facts): void;
  /** Runs the work inside a collapsible section of the job's log. */
  section<Result>(title: string, work: () => Promise<Result>): Promise<Result>;
  /** @param total in `unit`; `undefined` where it is not known. */
  progress(title: string, total: number | undefined, unit: "bytes" | "files" | "steps"): Progress;
}

/** Says nothing: for tests and for callers that have nobody to talk to. */
export const silentLog: Log = {
  debug() {},
  info() {},
  warn() {},
  section: (_title, work) => work(),
  progress: () => ({ advance() {}, end() {} }),
};
