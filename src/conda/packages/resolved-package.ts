import type { Fields } from "../json-fields.ts";

/** One package that is to be installed: by a solve, or from a lock. */
export interface ResolvedPackage {
  readonly name: string;
  readonly version: string;
  readonly build: string;
  readonly subdir: string;
  /** `numpy-1.26.4-py311h0_0.conda` */
  readonly fileName: string;
  /** Address of its channel without credentials: what is recorded. */
  readonly channel: string;
  /** Where it can be had, the preferred place first; with credentials where the channel's address has them. */
  readonly addresses: readonly [string, ...string[]];
  readonly sizeBytes: number | undefined;
  readonly sha256: string | undefined;
  readonly md5: string | undefined;
  readonly depends: readonly string[];
  /** The repodata's record; empty where a lock names the package without one. */
  readonly index: Fields;
}
