/** A dependency as it was written, and where. */
export interface Dependency {
  /** `python=3.11`, `conda-forge::numpy >=1.26` */
  readonly spec: string;
  readonly line: number;
}

/** A package that a lock file names: it is installed as it is, without a solve. */
export interface LockedPackage {
  readonly url: string;
  readonly sha256?: string | undefined;
  readonly md5?: string | undefined;
}

/** What pip is asked to install into the environment. */
export interface PipRequirements {
  /** Lines as in a requirements file. */
  readonly lines: readonly string[];
  /** Of a lock file: everything is listed, with digests. */
  readonly locked: boolean;
}

interface Described {
  /** Path of the file. */
  readonly file: string;
  readonly pip: PipRequirements;
  /** For `conda-meta/state`. */
  readonly variables: Readonly<Record<string, string>>;
}

/** What the file that describes an environment says. */
export type EnvironmentSpec =
  | (Described & {
      readonly kind: "dependencies";
      readonly name: string | undefined;
      readonly channels: readonly string[];
      readonly dependencies: readonly Dependency[];
    })
  | (Described & { readonly kind: "locked"; readonly packages: readonly LockedPackage[] });

/** `linux-64`, `linux-aarch64` */
export type Platform = string;
