import type { RawPath } from "./raw-path.ts";
import { toRaw } from "./raw-path.ts";

/** Ordered: an `include` brings back only what an `exclude` before it left out. */
export interface Filter {
  kind: "exclude" | "include";
  /** `*` and `?` also match `/`, as in conda-pack; `[...]` is a class. */
  glob: string;
}

/** Whether the filters leave the path in. Paths are as in the archive, before `arcroot`. */
export function compileFilters(filters: readonly Filter[]): (path: RawPath) => boolean {
  const rules = filters.map(({ kind, glob }) => ({
    isIn: kind === "include",
    glob: compile(glob),
  }));
  return (path) => {
    let isIn = true;
    for (const rule of rules) if (rule.isIn !== isIn && rule.glob.test(path)) isIn = rule.isIn;
    return isIn;
  };
}

/** Python's fnmatch, on bytes. */
function compile(glob: string): RegExp {
  const pattern = toRaw(glob).replaceAll(
    /\[(!?)(\]?[^\]]*)\]|[\s\S]/g,
    (token, negation: string | undefined, members: string | undefined) => {
      if (token === "*") return "[\\s\\S]*";
      if (token === "?") return "[\\s\\S]";
      if (members !== undefined && members !== "")
        return `[${negation ? "^" : ""}${members.replaceAll(/[\\\]^[]/g, String.raw`\$&`)}]`;
      return token.replaceAll(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
    },
  );
  return new RegExp(`^${pattern}$`);
}
