import type { Http } from "../../gitlab/index.ts";
import type { Environment } from "../../step/inputs/read.ts";
import type { Patience } from "./patience.ts";

/** What sources and caches work with. */
export interface Means extends Patience {
  readonly http: Http;
  /** The working directory: relative folders are relative to it. */
  readonly cwd: string;
  /** Only to be passed on to children, and for proxies. */
  readonly environment: Environment;
  /** A private folder that is removed at the end. */
  workFolder(): Promise<string>;
}
