import type { VirtualPackage } from "../spec/virtual-packages.ts";
import type { RepodataFile } from "./repodata.ts";

/** What the solver's thread is told. */
export interface SolveRequest {
  readonly specs: readonly string[];
  /** The platform, then `noarch`. */
  readonly platforms: readonly string[];
  readonly virtualPackages: readonly VirtualPackage[];
  readonly channels: readonly ChannelIndex[];
}

export interface ChannelIndex {
  /** An address of the solver's own world: `https://c0.invalid/conda-forge`. */
  readonly base: string;
  /** By platform; a channel may lack one. */
  readonly repodata: Readonly<Record<string, RepodataFile>>;
  /** Names of packages that this channel must not provide. */
  readonly without: readonly string[];
}

/** One package of a solution, before it is connected with the real channels. */
export interface SolvedRecord {
  /** In the solver's own world, or the absolute address that `base_url` made. */
  readonly url: string;
  readonly fileName: string;
  readonly subdir: string;
  /** Index of its channel. */
  readonly channel: number;
  /** The repodata's own record, as JSON. */
  readonly record: string;
}

export type SolveReply =
  | { readonly kind: "solved"; readonly packages: readonly SolvedRecord[] }
  | {
      readonly kind: "failed";
      readonly message: string;
      /** What is asked for and no channel has in any version; the solver tells only the first. */
      readonly unknown: readonly string[];
    }
  /** An index that is none. */
  | {
      readonly kind: "damaged";
      readonly message: string;
      readonly channel: number;
      readonly subdir: string;
    };
