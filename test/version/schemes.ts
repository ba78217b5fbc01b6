import { surroundingNames } from "../../src/version/text/names.ts";
import { makeScheme, parseVersion, type Scheme } from "../../src/version/scheme/scheme.ts";
import { serializeVersion } from "../../src/version/scheme/serialize.ts";
import { joinPieces } from "../../src/version/scheme/format.ts";
import { bumpPart } from "../../src/version/scheme/bump.ts";
import type { PartOptions } from "../../src/version/scheme/part.ts";

export const now = new Date("2026-02-03T04:05:06.789Z");
export const around = { env: {}, now };
export const names = surroundingNames(around);

export interface SchemeTable {
  parse: string;
  serialize: readonly string[];
  parts?: readonly Omit<PartOptions, "where">[];
}

/** `#x` stands for a numeric group, as in the table of vectors. */
export function scheme({ parse, serialize, parts = [] }: SchemeTable): Scheme {
  return makeScheme({
    parse: numeric(parse),
    serialize,
    parts: parts.map((part) => Object.assign({ where: `[bumpversion:part:${part.name}]` }, part)),
    where: ".bumpversion.cfg",
    names,
    now,
  });
}

export function numeric(parse: string): string {
  return parse.replaceAll(/#(?<name>\w+)/gu, String.raw`(?P<$<name>>\d+)`);
}

/** Reads a version, bumps a part, writes the result. */
export function bump(using: Scheme, version: string, part: string): string {
  const parsed = parseVersion(using, version);
  if (parsed === undefined) throw new Error(`${version} does not match`);
  return joinPieces(serializeVersion(using, bumpPart(using, parsed.value, part), names));
}

const plain = { parse: "#major\\.#minor\\.#patch", serialize: ["{major}.{minor}.{patch}"] };
const short = {
  parse: String.raw`#major(\.#minor)?(\.#patch)?`,
  serialize: ["{major}.{minor}.{patch}", "{major}.{minor}", "{major}"],
};
const workflow = {
  parse: String.raw`#major\.#minor\.#patch(\.(?P<release>[a-z0-9]+))?`,
  serialize: ["{major}.{minor}.{patch}.{release}", "{major}.{minor}.{patch}"],
  parts: [{ name: "release", optionalValue: "unused", values: ["dev", "unused"] }],
};

/** The schemes of the table of vectors. */
export const schemes = {
  D: plain,
  S: short,
  W: workflow,
  Wswapped: { ...workflow, serialize: workflow.serialize.toReversed() },
  M: {
    parse: String.raw`#major\.#minor\.#patch(-(?P<release>dev|rc)#build)?`,
    serialize: ["{major}.{minor}.{patch}-{release}{build}", "{major}.{minor}.{patch}"],
    parts: [
      { name: "release", values: ["dev", "rc", "ga"], firstValue: "dev", optionalValue: "ga" },
      { name: "build", firstValue: "1" },
    ],
  },
  P: {
    parse: String.raw`#major\.#minor((?P<pre>[abc]|rc|dev)(?P<n>\d+)?)?`,
    serialize: ["{major}.{minor}{pre}{n}", "{major}.{minor}{pre}", "{major}.{minor}"],
    parts: [{ name: "pre", values: ["dev", "a", "b", "c", "rc", "d"], optionalValue: "d" }],
  },
  N: {
    parse: String.raw`#major\.#minor\.#patch(\.(?P<release>dev)#num)?`,
    serialize: ["{major}.{minor}.{patch}.{release}{num}", "{major}.{minor}.{patch}"],
    parts: [{ name: "release", values: ["dev", "final"], optionalValue: "final" }],
  },
  L: {
    parse: String.raw`#major\.#minor(\.(?P<release>[a-z]+))?`,
    serialize: ["{major}.{minor}.{release}", "{major}.{minor}"],
    parts: [{ name: "release", values: ["dev", "gamma"], optionalValue: "gamma" }],
  },
  O: {
    parse: String.raw`#num(\.(?P<release>.*))?`,
    serialize: ["{num}.{release}", "{num}"],
    parts: [{ name: "release", values: ["alpha", "beta", "gamma"], optionalValue: "gamma" }],
  },
  Q: {
    parse: String.raw`#major\.#minor\.#patch(-(?P<suffix>[a-z]+))?(\.#build)?`,
    serialize: [
      "{major}.{minor}.{patch}-{suffix}.{build}",
      "{major}.{minor}.{patch}-{suffix}",
      "{major}.{minor}.{patch}",
    ],
    parts: [{ name: "suffix", values: ["dev", "prod"], optionalValue: "prod" }],
  },
  Z: {
    parse: String.raw`#major\.#minor\.#patch(-(?P<release>[a-z]+)#build)?`,
    serialize: ["{major}.{minor}.{patch}-{release}{build}", "{major}.{minor}.{patch}"],
    parts: [{ name: "release", values: ["dev", "prod"], optionalValue: "prod" }],
  },
  firstIsOne: { ...plain, parts: [{ name: "minor", firstValue: "1" }] },
  greedyTail: { parse: String.raw`#a\.#b\.(?P<c>.+)`, serialize: ["{a}.{b}.{c}"] },
  spam: { parse: "XXX#spam;#blob;#slurp", serialize: ["XXX{spam};{blob};{slurp}"] },
  skipping: {
    parse: short.parse,
    serialize: ["{major}.{minor}.{patch}", "{major}.{patch}", "{major}"],
  },
  padded: { ...plain, serialize: ["{major}.{minor:02d}.{patch}"] },
  counted: {
    parse: `${plain.parse}-#build`,
    serialize: ["{major}.{minor}.{patch}-{build}"],
    parts: [{ name: "build", independent: true }],
  },
} satisfies Record<string, SchemeTable>;
