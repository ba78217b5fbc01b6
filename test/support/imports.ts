import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { globSync } from "tinyglobby";

const root = join(import.meta.dirname, "../..");

export interface Import {
  /** The file that imports, from the repository's root. */
  readonly from: string;
  /** A file of ours from the root, or the bare name of a package or a part of Node. */
  readonly to: string;
  /** `type` is gone when the code runs; `dynamic` happens at first use. */
  readonly kind: "static" | "type" | "dynamic";
}

const forms: readonly { kind: Import["kind"]; form: RegExp }[] = [
  { kind: "type", form: /^(?:import|export) type [^;]*?from "([^"]+)"/gm },
  { kind: "static", form: /^(?:import|export) (?!type )[^;"]*?from "([^"]+)"/gm },
  { kind: "static", form: /^import "([^"]+)"/gm },
  { kind: "dynamic", form: /\bimport\("([^"]+)"\)/g },
];

/** Every file of our own code, with what it holds. */
export function sources(patterns: readonly string[]): ReadonlyMap<string, string> {
  const files = globSync([...patterns], { cwd: root }).toSorted();
  return new Map(files.map((file) => [file, readFileSync(join(root, file), "utf8")]));
}

/** Every import in a file. */
export function importsOf(file: string, content: string): readonly Import[] {
  return forms.flatMap(({ kind, form }) =>
    [...content.matchAll(form)].map(([, target = ""]) => ({
      from: file,
      to: target.startsWith(".") ? relative(root, join(root, dirname(file), target)) : target,
      kind,
    })),
  );
}
