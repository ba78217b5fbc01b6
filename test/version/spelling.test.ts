import fc from "fast-check";
import { expect, test } from "vitest";
import { releaseSpelling, spellVersion, writeSpelling } from "../../src/version/places/spelling.ts";
import { normalizePep440 } from "../../src/version/standards/pep440.ts";
import { edited } from "./planning.ts";

/** Version, what releasing it makes, what a bump of patch makes. */
const spellings = [
  ["1.0.0a1", "1.0.0", "1.0.1a0"],
  ["1.0.0.alpha.1", "1.0.0", "1.0.1.alpha.0"],
  ["1.0.0b2", "1.0.0", "1.0.1b0"],
  ["1.0.0-beta.2", "1.0.0", "1.0.1-beta.0"],
  ["1.0.0c1", "1.0.0", "1.0.1c0"],
  ["1.0.0rc1", "1.0.0", "1.0.1rc0"],
  ["1.0rc1", "1.0", "1.0.1rc0"],
  ["1.0.0rc", "1.0.0", "1.0.1rc"],
  ["1.0.0.rc1", "1.0.0", "1.0.1.rc0"],
  ["1.0.0-rc.1", "1.0.0", "1.0.1-rc.0"],
  ["1.0.0_rc_1", "1.0.0", "1.0.1_rc_0"],
  ["1.0.0RC1", "1.0.0", "1.0.1RC0"],
  ["1.0.0rc1.dev2", "1.0.0", "1.0.1rc0.dev0"],
  ["1.0.0rc1.post2", "1.0.0", "1.0.1rc0.post0"],
  ["1.0.0rc1+x.1", "1.0.0", "1.0.1rc0"],
  ["1.0.0pre1", "1.0.0", "1.0.1pre0"],
  ["1.0.0-preview.1", "1.0.0", "1.0.1-preview.0"],
  ["1.0.0-release.1", "1.0.0", "1.0.1-release.0"],
  ["1.0.0dev", "1.0.0", "1.0.1dev"],
  ["1!1.0.0.dev3", "1!1.0.0", "1!1.0.1.dev0"],
  ["v1.0.0rc1", "v1.0.0", "v1.0.1rc0"],
  ["1.0.0.post1", "1.0.0.post1", "1.0.1"],
  ["1.0.0.POST1", "1.0.0.POST1", "1.0.1"],
  ["1.0.0-1", "1.0.0-1", "1.0.1"],
  ["1.0.0r1", "1.0.0r1", "1.0.1"],
  ["1.0.0r", "1.0.0r", "1.0.1"],
  ["1.0.0-rev.1", "1.0.0-rev.1", "1.0.1"],
  ["1.0.0.post1.dev2", "1.0.0.post1", "1.0.1.dev0"],
  ["1.0.0.post.dev2", "1.0.0.post", "1.0.1.dev0"],
  ["1.0.0postdev2", "1.0.0post", "1.0.1dev0"],
  ["1.0.0-1-dev2", "1.0.0-1", "1.0.1-dev0"],
  ["1.0.0-1dev", "1.0.0-1", "1.0.1dev"],
] as const;

test.each(spellings)("%s is released as %s, and patch makes it %s", async (from, to, patched) => {
  const made = async (operation?: string) => (await edited({ VERSION: from }, operation)).VERSION;
  expect((await made()) ?? from).toBe(to);
  expect(await made("patch")).toBe(patched);
});

test.each([
  ["pyproject.toml", '[project]\nname = "a"\nversion = "VERSION"\n', "1.0.0rc1"],
  ["setup.py", 'setup(name="a", version="VERSION")\n', "1.0.0rc1"],
  ["package.json", '{"name": "a", "version": "VERSION"}\n', "1.0.0-rc.1"],
  ["Cargo.toml", '[package]\nname = "a"\nversion = "VERSION"\n', "1.0.0-rc.1"],
  ["Chart.yaml", "name: a\nversion: VERSION\n", "1.0.0-rc.1"],
])(
  "a release candidate in %s is released as what it is a candidate for",
  async (path, text, rc) => {
    const files = { [path]: text.replace("VERSION", rc) };
    expect(await edited(files)).toEqual({ [path]: text.replace("VERSION", "1.0.0") });
  },
);

const separator = fc.constantFrom("", ".", "-", "_");
const digits = fc.nat({ max: 99 }).map(String);
const number = fc.oneof(fc.constant(""), fc.tuple(separator, digits).map(join));
const anyCase = (word: string) =>
  fc.mixedCase(fc.constant(word), { toggleCase: (letter) => letter.toUpperCase() });
const words = (...known: string[]) => fc.constantFrom(...known).chain(anyCase);
const orNothing = (text: fc.Arbitrary<string>) => fc.oneof(fc.constant(""), text);
const marker = (...known: string[]) => fc.tuple(separator, words(...known), number).map(join);

const pep440 = fc.record({
  lead: orNothing(fc.constantFrom("v", "2!", "v2!")),
  release: fc.array(digits, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(".")),
  pre: orNothing(marker("a", "alpha", "b", "beta", "c", "rc", "pre", "preview")),
  post: orNothing(
    fc.oneof(
      marker("post", "rev", "r"),
      digits.map((post) => `-${post}`),
    ),
  ),
  dev: orNothing(marker("dev")),
  local: orNothing(fc.constantFrom("+x", "+1.2", "+ubuntu-1")),
});

test("every spelling of PEP 440 is taken apart without loss, and released without what marks it", () => {
  fc.assert(
    fc.property(pep440, ({ lead, release, pre, post, dev, local }) => {
      const text = join([lead, release, pre, post, dev, local]);
      fc.pre(normalizePep440(text) !== undefined);
      const spelled = spellVersion(text, "VERSION");
      expect(writeSpelling(spelled)).toBe(text);
      const kept = pre === "" ? post : "";
      expect(writeSpelling(releaseSpelling(spelled))).toBe(join([lead, release, kept]));
      expect(spelled.suffix).toBe(pre === "" ? dev : join([pre, post, dev]));
    }),
    { numRuns: 2000 },
  );
});

function join(texts: readonly string[]): string {
  return texts.join("");
}
