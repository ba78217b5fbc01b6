import * as fc from "fast-check";
import { expect, test } from "vitest";
import { matchTimed, MatchTimeout } from "../../src/version/text/timed-match.ts";
import { splitCommand } from "../../src/version/text/shell-words.ts";
import { formatMoment, readWallClock } from "../../src/version/text/strftime.ts";
import { endsInWord, isName, startsWord } from "../../src/version/text/words.ts";
import { renderTemplate, surroundingNames } from "../../src/version/text/names.ts";
import { isSecretName } from "../../src/step/redact/secret-name.ts";
import { formatCalendar } from "../../src/version/scheme/calendar.ts";
import { compileVersionPattern } from "../../src/version/scheme/pattern.ts";
import { askPython, noPython } from "./python.ts";

const names = surroundingNames({
  env: { BUILD: "7", CI_JOB_TOKEN: "secret-value", EMPTY: "" },
  now: new Date("2026-02-03T04:05:06.789Z"),
  commitSha: "0123456789abcdef0123456789abcdef01234567",
  branch: "feature/Long-Name_of-a-branch",
});

test.each([
  { template: "{{{$BUILD}}}", result: "{7}" },
  { template: "{utcnow}", result: "2026-02-03 04:05:06.789000" },
  { template: "{utcnow:%d.%m.%y %H:%M}", result: "03.02.26 04:05" },
  { template: "{#}{;}", result: "#;" },
  { template: "{short_commit_sha}", result: "0123456" },
  { template: "{branch_name}", result: "feature/Long-Name_of-a-branch" },
  { template: "{short_branch_name}", result: "featurelongnameofabr" },
  { template: "{$BUILD:03d}", result: "007" },
  { template: "{$BUILD!r}", result: "'7'" },
])("renders $template as $result", ({ template, result }) => {
  expect(renderTemplate(template, names, "here")).toBe(result);
});

test.each([
  {
    template: "{$CI_JOB_TOKEN}",
    code: "E_VERSION_SECRET",
    text: "{$CI_JOB_TOKEN} must not be written",
  },
  { template: "{$EMPTY}", code: "E_VERSION_TEMPLATE", text: "the variable EMPTY is not set" },
  { template: "{nope}", code: "E_VERSION_TEMPLATE", text: "here: unknown name 'nope'. Known: " },
  { template: "{dirty}", code: "E_VERSION_TEMPLATE", text: "{dirty} is not known here" },
  { template: "{", code: "E_VERSION_TEMPLATE", text: "a single '{'" },
  { template: "}", code: "E_VERSION_TEMPLATE", text: "a single '}'" },
  { template: "{}", code: "E_VERSION_TEMPLATE", text: "has no name" },
  { template: "{0}", code: "E_VERSION_TEMPLATE", text: "has no name" },
  { template: "{now.year}", code: "E_VERSION_TEMPLATE", text: "reaches into a value" },
  { template: "{now[0]}", code: "E_VERSION_TEMPLATE", text: "reaches into a value" },
])("refuses $template", ({ template, code, text }) => {
  const render = () => renderTemplate(template, names, "here");
  expect(render).toThrow(expect.objectContaining({ code, message: expect.stringContaining(text) }));
  expect(render).not.toThrow("secret-value");
});

test("a variable with a harmless name but a secret value is refused too", () => {
  const own = surroundingNames({
    env: { INDEX: "https://me:hunter22@host" },
    now: new Date(0),
    isSecret: (value) => value.includes("hunter22"),
  });
  expect(() => renderTemplate("{$INDEX}", own, "here")).toThrow("{$INDEX} must not be written");
});

test.each([
  ["CI_JOB_TOKEN", true],
  ["CI_PROJECT_PASSWORD", true],
  ["SSH_PRIVATE_KEY", true],
  ["CI_COMMIT_AUTHOR", false],
  ["MONKEY", false],
])("the name %s is that of a credential: %s", (name, isCredential) => {
  expect(isSecretName(name)).toBe(isCredential);
});

test("a text is its own template when its braces are doubled", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const template = text.replaceAll(/[{}]/gu, "$&$&");
      expect(renderTemplate(template, names, "here")).toBe(text);
    }),
  );
});

const specs = ["", "03d", "5", "<5", "^6", ">5", "=5", "*<6", "0>4", "+d", " d", "d", "x^7d"];
const formatScript = `
import json, sys
print(json.dumps([["{n:%s}".replace("%s", s).format(n=int(n)) for s in json.load(open(0))] for n in [0, 7, 123]]))
`;

test("formats numbers as Python does", ({ skip }) => {
  const theirs = askPython(
    formatScript
      .replace("json.load(open(0))", "SPECS")
      .replace("import json, sys", "import json, sys\nSPECS = json.load(sys.stdin)"),
    specs,
  );
  if (theirs === undefined) return skip(noPython);
  const ours = ["0", "7", "123"].map((number) =>
    specs.map((spec) => {
      const own = surroundingNames({ env: { N: number }, now: new Date(0) });
      return renderTemplate(`{$N:${spec}}`, own, "here");
    }),
  );
  // Without a spec a value keeps its own text.
  expect(ours).toEqual(theirs);
});

const directives = [..."YymdHMSjbBaAUWVGupIf%w"];
const strftimeScript = `
import json, sys, datetime
spec, stamps = json.load(sys.stdin)
print(json.dumps([datetime.datetime.fromtimestamp(s, datetime.timezone.utc).strftime(spec) for s in stamps]))
`;

test("prints moments as Python does, over many years", ({ skip }) => {
  const spec = directives.map((one) => `${one}=%${one}`).join(" ");
  const stamps = Array.from(
    { length: 4_000 },
    (_, day) => 946_684_800 + day * 86_400 * 3 + day * 61,
  );
  const theirs = askPython(strftimeScript, [spec, stamps]);
  if (!Array.isArray(theirs)) return skip(noPython);
  const ours = stamps.map((stamp) =>
    formatMoment(readWallClock(new Date(stamp * 1000), "utc"), spec),
  );
  expect(ours).toEqual(theirs);
});

test("the codes of calendar versions", () => {
  const day = readWallClock(new Date("2006-01-02T00:00:00Z"), "utc");
  const format =
    "{YYYY} {YY} {0Y} {MMM} {MM} {0M} {DD} {0D} {JJJ} {00J} {Q} {WW} {0W} {UU} {0U} {VV} {0V} {GGGG} {GG} {0G}";
  expect(formatCalendar(format, day, "part x")).toBe(
    "2006 6 06 Jan 1 01 2 02 2 002 1 1 01 1 01 1 01 2006 6 06",
  );
  expect(() => formatCalendar("{YYYYY}", day, "[part]")).toThrow(
    "[part] calver_format: unknown code 'YYYYY'",
  );
});

test("splits commands as Python's shlex does", ({ skip }) => {
  const commands = [
    "a b",
    " a  'b c' ",
    String.raw`"a \"b\" \c" d\ e`,
    "''",
    "a''b",
    "it's",
    String.raw`a\\b`,
    "",
    "a 'b' \"c\"d",
  ];
  const script = `
import json, shlex, sys
def split(text):
    try: return shlex.split(text)
    except ValueError: return None
print(json.dumps([split(c) for c in json.load(sys.stdin)]))`;
  const theirs = askPython(script, commands);
  if (theirs === undefined) return skip(noPython);
  expect(commands.map((command) => splitCommand(command) ?? null)).toEqual(theirs);
});

test("a pattern that takes exponential time is stopped", () => {
  expect(() => matchTimed(/^(?:a+)+$/, `${"a".repeat(60)}b`)).toThrow(MatchTimeout);
});

test("what one pattern made of a version is not taken for what another makes of it", () => {
  const matchOf = (source: string) =>
    compileVersionPattern(source, "parse").match("1.2")?.captures.get("part");
  for (const _again of [1, 2]) {
    expect(matchOf(String.raw`(?P<part>\d+)\.`)).toBe("1");
    expect(matchOf(String.raw`\.(?P<part>\d+)`)).toBe("2");
    expect(matchOf("(?P<part>[a-z])")).toBeUndefined();
  }
});

test("words and names are of letters of any alphabet", () => {
  const unit = fc.oneof(
    fc.constantFrom("a", "Z", "7", "_", "-", "\n", "ß", "é", "中", "٣"),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 4 }), (text) => {
      expect(startsWord(text)).toBe(/^[\p{L}_]/u.test(text));
      expect(endsInWord(text)).toBe(/[\p{L}\p{N}_]$/u.test(text));
      expect(isName(text)).toBe(/^[\p{L}_][\p{L}\p{N}_]*$/u.test(text));
    }),
    { numRuns: 1000 },
  );
});
