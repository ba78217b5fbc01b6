import type { Filter } from "./filters.ts";

/** How an environment is packed; what is not given has the default of conda-pack or the safer one. */
export interface PlanOptions {
  /** Put this path in place of the environment's now; the archive then has no `conda-unpack`. */
  destPrefix?: string;
  /** A folder in the archive that everything goes under. */
  arcroot?: string;
  filters?: readonly Filter[];
  ignoreMissingFiles?: boolean;
  ignoreEditable?: boolean;
  /** Permissions as they are instead of 0755 and 0644. */
  keepModes?: boolean;
  /** The distribution that is released; by default what was installed from a local folder. */
  projectName?: string;
  /** Where its sources are for others (PEP 610), in place of the folder on this machine. */
  projectOrigin?: { url: string; commit: string; subdirectory?: string };
  /** Time of the release, seconds since 1970: what this build made gets it. */
  releaseSeconds: number;
  /** When the creation of the environment began; by default when its folder came into being. */
  environmentSeconds?: number;
  /** What `conda-unpack --version` says. */
  version: string;
}
