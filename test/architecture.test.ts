import { describe, expect, test } from "vitest";
import { type Import, importsOf, sources } from "./support/imports.ts";

const files = sources(["src/**/*.ts", "steps/**/*.ts"]);
const imports = [...files].flatMap(([file, content]) => importsOf(file, content));

/** The domain a file belongs to: `gitlab` for src/gitlab/http.ts, `steps` for a step. */
function domainOf(file: string): string {
  const [top = "", domain = ""] = file.split("/");
  return top === "src" ? domain : top;
}

/** What a domain may know besides itself and the kit. */
const mayKnow: Readonly<Record<string, readonly string[]>> = {
  artifacts: ["gitlab"],
  provenance: ["gitlab"],
  // A rehearsal is both sides of the wire, git between them, and the pack that goes over it.
  rehearsal: ["gitlab", "embedded-gitlab", "git", "conda"],
};

function isInward({ from, to }: Import): boolean {
  const [importer, imported] = [domainOf(from), domainOf(to)];
  if (importer === imported || importer === "steps") return true;
  if (importer !== "step" && imported === "step") return true;
  return mayKnow[importer]?.includes(imported) === true;
}

function told(wrong: readonly Import[]): readonly string[] {
  return wrong.map(({ from, to }) => `${from} imports ${to}`);
}

test("dependencies point inwards: steps know domains, domains the kit and not each other", () => {
  const ours = imports.filter(({ to }) => /^(src|steps)\//.test(to));
  expect(ours.length).toBeGreaterThan(100);
  expect(told(ours.filter((one) => !isInward(one)))).toEqual([]);
});

test("the embedded GitLab knows nothing of the client: it is the other side of the wire", () => {
  const known = imports.filter(({ from }) => domainOf(from) === "embedded-gitlab");
  const foreign = known.filter(
    ({ to }) => to.startsWith("src/") && !/^src\/(embedded-gitlab|step)\//.test(to),
  );
  expect(told(foreign)).toEqual([]);
});

test("what commits say is decided by their texts alone: that domain imports nothing but itself", () => {
  const known = imports.filter(({ from }) => domainOf(from) === "commits");
  expect(known.length).toBeGreaterThan(0);
  expect(told(known.filter(({ to }) => !to.startsWith("src/commits/")))).toEqual([]);
});

test("nothing that runs is imported from tests, scripts or examples", () => {
  const foreign = imports.filter(({ to }) => /^(test|scripts|examples|bench)\//.test(to));
  expect(told(foreign)).toEqual([]);
});

const heavy = /^(undici|execa|tar|yaml|pino|tinyglobby|picomatch|@conda-org\/.*|@aws-sdk\/.*)$/;

/** Everything that is loaded together with a file, before any of it runs. */
function loadedWith(file: string, seen = new Set<string>()): readonly Import[] {
  if (seen.has(file)) return [];
  seen.add(file);
  return imports
    .filter(({ from, kind }) => from === file && kind === "static")
    .flatMap((one) => [one, ...loadedWith(one.to, seen)]);
}

const steps = [...files.keys()].filter((file) => /^steps\/[a-z-]+\.ts$/.test(file));

test.each(steps)(
  "%s starts as fast as Node itself: heavy libraries are loaded at first use",
  (step) => {
    expect(told(loadedWith(step).filter(({ to }) => heavy.test(to)))).toEqual([]);
  },
);

/** The modules through which an outside thing is reached: rules about secrets and deadlines have one home. */
const doors: Readonly<Record<string, RegExp>> = {
  pino: /^src\/step\/log\/json\.ts$/,
  undici: /^src\/(gitlab\/(http|routes)|[a-z-]+\/http\/[a-z-]+)\.ts$/,
};

test.each(Object.entries(doors))("%s is reached through its door alone", (library, door) => {
  const users = imports.filter(({ to, kind }) => to === library && kind !== "type");
  expect(told(users.filter(({ from }) => !door.test(from)))).toEqual([]);
});

describe("one door to the process", () => {
  const kit = /^src\/step\/(process|main)\.ts$/;
  // Commands that are no steps.
  const others = /^src\/(embedded-gitlab|overview)\/main\.ts$/;
  const rules: readonly { what: string; form: RegExp; allowed: (file: string) => boolean }[] = [
    {
      what: "the environment",
      form: /process\.env\b/,
      allowed: (file) => kit.test(file) || others.test(file),
    },
    {
      what: "the process's streams",
      form: /process\.(stdout|stderr|stdin)\b/,
      allowed: (file) => kit.test(file) || others.test(file),
    },
    { what: "the exit", form: /process\.exit\(/, allowed: (file) => kit.test(file) },
    {
      what: "the exit code",
      form: /process\.exitCode\b/,
      allowed: (file) => kit.test(file) || others.test(file),
    },
    {
      what: "its arguments",
      form: /process\.argv\b/,
      allowed: (file) => kit.test(file) || others.test(file),
    },
    {
      what: "its directory",
      form: /process\.(cwd|chdir)\(/,
      allowed: (file) => kit.test(file) || others.test(file),
    },
    { what: "the console", form: /\bconsole\.\w+\(/, allowed: () => false },
  ];

  test.each(rules)("$what is touched nowhere else", ({ form, allowed }) => {
    const touched = [...files].filter(([file, content]) => form.test(content) && !allowed(file));
    expect(touched.map(([file]) => file)).toEqual([]);
  });
});
