import type { RawPath } from "./raw-path.ts";
import { toRaw } from "./raw-path.ts";

/** Ordered: an `include` brings back only what an `exclude` before it left out. */
export interface Filter {
  kind: "exclude" | "include";
  /** `*` and `?` also match `/`, as in conda-pack; `[...]` is a class. */
  glob: string;
}

export interface Selection {
  /** Whether the filters leave the path in. Paths are as in the archive, before `arcroot`. */
  isIn(path: RawPath): boolean;
  /** The filters that made no difference to any path so far: most likely they do not say what they were meant to. */
  idle(): readonly Filter[];
}

export function compileFilters(filters: readonly Filter[]): Selection {
  const rules = filters.map((filter) => ({
    filter,
    includes: filter.kind === "include",
    glob: compile(filter.glob),
    decided: false,
  }));
  return {
    isIn(path) {
      let isIn = true;
      for (const rule of rules) {
        if (rule.includes === isIn || !rule.glob.test(path)) continue;
        isIn = rule.includes;
        rule.decided = true;
      }
      return isIn;
    },
    idle: () => rules.flatMap(({ decided, filter }) => (decided ? [] : [filter])),
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
