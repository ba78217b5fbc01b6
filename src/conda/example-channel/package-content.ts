/** One path of a package that is to be made. */
export type PackageFile =
  | {
      readonly kind: "file";
      readonly path: string;
      readonly content: Buffer;
      readonly mode: number;
      /** How the placeholder in it is replaced when the package is linked. */
      readonly prefix?: "text" | "binary";
      readonly noLink?: boolean;
    }
  | {
      readonly kind: "copy";
      readonly path: string;
      readonly source: string;
      readonly mode: number;
    }
  | { readonly kind: "link"; readonly path: string; readonly target: string }
  | { readonly kind: "directory"; readonly path: string };

/** A package that is to be made: what its index says, and its files. */
export interface PackageContent {
  readonly name: string;
  readonly version: string;
  readonly build: string;
  readonly buildNumber: number;
  /** `noarch`, `linux-64`, `linux-aarch64`. */
  readonly subdir: string;
  readonly noarch?: "python" | "generic";
  readonly depends: readonly string[];
  readonly license: string;
  readonly format: ".conda" | ".tar.bz2";
  readonly files: readonly PackageFile[];
  /** `command = module:attribute`, of a noarch python package. */
  readonly entryPoints?: readonly string[];
  /** Of the python package: where noarch packages put `site-packages/`. */
  readonly sitePackagesPath?: string;
}

/** Makes a text file; `prefix` says that it holds the placeholder. */
export function textFile(
  path: string,
  text: string,
  more: { mode?: number; prefix?: "text" | "binary"; noLink?: boolean } = {},
): PackageFile {
  return { kind: "file", path, content: Buffer.from(text), mode: 0o644, ...more };
}
