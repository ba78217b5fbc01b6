/** The value of an option before it is known what the option wants. */
export type RawValue =
  /** `isInherited`: from `[DEFAULT]`, where an option that the section does not know is no mistake. */
  | { readonly kind: "text"; readonly text: string; readonly isInherited?: boolean }
  | { readonly kind: "list"; readonly items: readonly string[] }
  | { readonly kind: "number"; readonly text: string };

export type RawOptions = ReadonlyMap<string, RawValue>;

/** A section that holds options, and how to name it in messages. */
export interface RawSection {
  /** `[bumpversion:file:setup.cfg]` */
  readonly where: string;
  readonly options: RawOptions;
}

export interface RawPart extends RawSection {
  readonly name: string;
}

export interface RawFile extends RawSection {
  readonly target: { readonly kind: "file" | "glob"; readonly path: string };
}

/** A bump configuration as its format has it, INI and TOML alike. */
export interface RawConfig {
  /** Relative to the project folder. */
  readonly path: string;
  readonly format: "ini" | "toml";
  /** Whether values are interpolated, so that `%` must be doubled where one is written. */
  readonly isInterpolated: boolean;
  readonly global: RawSection;
  readonly parts: readonly RawPart[];
  readonly files: readonly RawFile[];
  /** The static `[project] version` of a pyproject.toml. */
  readonly projectVersion: string | undefined;
  readonly warnings: readonly string[];
}
