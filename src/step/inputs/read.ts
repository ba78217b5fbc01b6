import { readFileSync, statSync } from "node:fs";
import { isAbsolute } from "node:path";
import type { StepError } from "../errors.ts";
import { BadValue, type Input, type Inputs, type Values } from "./input.ts";
import { nearMisses } from "./near-miss.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** Where the value of an input came from. */
export type Origin =
  | { kind: "own" }
  | { kind: "file"; path: string }
  | { kind: "chain"; output: string }
  | { kind: "variable"; name: string }
  | { kind: "default" };

/** The text behind an input, before it is parsed. */
export interface GivenText {
  readonly text: string;
  readonly origin: Origin;
}

/** One wrong input: what was got (never a secret's value), what is expected, how to set it. */
export interface Problem {
  readonly name: string;
  readonly got: string;
  readonly expected: string;
  readonly cure: string;
  /** What is raised where nothing else is wrong, for a problem that has a code of its own. */
  readonly alone?: StepError;
}

export interface ReadInputs<Set extends Inputs> {
  /** Complete only where there are no problems. */
  readonly values: Values<Set>;
  /** Every input that has a text, right or wrong. */
  readonly given: ReadonlyMap<string, GivenText>;
  readonly problems: readonly Problem[];
  readonly warnings: readonly string[];
}

/** What a step's inputs are read from. */
export interface InputSources {
  readonly env: Environment;
  /** Outputs that earlier steps of the same job left in `SLIPWAY_DOTENV`. */
  readonly earlier: ReadonlyMap<string, string>;
  /** Names that other declarations know, so that they are no near misses. */
  readonly known: ReadonlySet<string>;
}

/** Reads every input of a declaration and collects all that is wrong with them, in one pass. */
export function readInputs<const Set extends Inputs>(
  declared: Set,
  sources: InputSources,
): ReadInputs<Set> {
  const values: Record<string, unknown> = {};
  const given = new Map<string, GivenText>();
  const problems: Problem[] = [];
  for (const [name, input] of Object.entries(declared)) {
    const read = readOne(name, input, sources, declared);
    if (read.kind === "problem") problems.push(read.problem);
    if (read.kind === "value") values[name] = read.value;
    if (read.kind !== "absent" && read.given !== undefined) given.set(name, read.given);
  }
  if (!isComplete(values, declared, problems)) throw new TypeError("unreachable");
  return { values, given, problems, warnings: warnOfMisspellings(declared, sources) };
}

/** Whether the value may be given as a file, by the input's name with `_FILE`. */
export function takesFile(input: Input): boolean {
  return input.secret || input.kind === "text" || input.kind === "lines";
}

/** Every variable that these inputs fall back to. */
export function namesReadBy(inputs: Inputs): readonly string[] {
  return Object.values(inputs).flatMap(({ from = [], chain = [] }) => [...from, ...chain]);
}

type ReadOne =
  | { kind: "value"; value: unknown; given: GivenText }
  | { kind: "absent" }
  | { kind: "problem"; problem: Problem; given?: GivenText };

function readOne(name: string, input: Input, sources: InputSources, declared: Inputs): ReadOne {
  const found = find(name, input, sources, declared);
  if (found.kind === "unreadable") {
    return problem(name, `the file ${found.path}, which ${found.reason}`, input);
  }
  if (found.kind === "absent") {
    return input.optional === true ? found : problem(name, "nothing", input);
  }
  try {
    return { kind: "value", value: input.parse(found.given.text), given: found.given };
  } catch (error) {
    if (!(error instanceof BadValue)) throw error;
    const { text, origin } = found.given;
    const got = input.secret || holdsLogin(text) ? "a value that is not shown" : quote(text);
    const shown = { text: withoutLogin(text), origin };
    return { ...problem(name, got + whence(origin), input), given: shown };
  }
}

type Found =
  | { kind: "found"; given: GivenText }
  | { kind: "absent" }
  | { kind: "unreadable"; path: string; reason: string };

// GitLab passes unset variables as empty strings: empty is not given, everywhere.
function find(name: string, input: Input, { env, earlier }: InputSources, declared: Inputs): Found {
  const own = env[name] ?? "";
  if (own.trim() !== "") return readValue(own, { kind: "own" }, input);
  const path = env[`${name}_FILE`] ?? "";
  if (path.trim() !== "" && takesFile(input) && !Object.hasOwn(declared, `${name}_FILE`))
    return readText(path.trim(), input);
  for (const output of input.chain ?? []) {
    const value = earlier.get(output) || (output === name ? "" : (env[output] ?? ""));
    if (value.trim() !== "") return foundAt(value, { kind: "chain", output }, input);
  }
  for (const variable of input.from ?? []) {
    const value = env[variable] ?? "";
    if (value.trim() !== "") {
      return readValue(value, { kind: "variable", name: variable }, input);
    }
  }
  return input.default === undefined
    ? { kind: "absent" }
    : foundAt(input.default, { kind: "default" }, input);
}

// A block in YAML ends with a line break, which only free text may mean.
function foundAt(value: string, origin: Origin, { kind }: Input): Found {
  const text = kind === "text" || kind === "lines" ? value : value.trim();
  return { kind: "found", given: { text, origin } };
}

// A file-type CI/CD variable holds a path to the value.
function readValue(value: string, origin: Origin, input: Input): Found {
  const isFile =
    input.secret &&
    isAbsolute(value) &&
    statSync(value, { throwIfNoEntry: false })?.isFile() === true;
  return isFile ? readText(value, input) : foundAt(value, origin, input);
}

function readText(path: string, input: Input): Found {
  try {
    const text = readFileSync(path, "utf8");
    if (text.trim() === "") return { kind: "unreadable", path, reason: "is empty" };
    // Editors and `echo` end a file with a line break that is no part of the value.
    return foundAt(text.replace(/\r?\n$/, ""), { kind: "file", path }, input);
  } catch {
    return { kind: "unreadable", path, reason: "cannot be read" };
  }
}

function problem(
  name: string,
  got: string,
  input: Input,
): { kind: "problem"; problem: Problem; given?: GivenText } {
  const sources = [
    name,
    ...(input.secret ? [`${name}_FILE`] : []),
    ...(input.chain ?? []),
    ...(input.from ?? []),
  ];
  const example = input.example === undefined ? "" : `, for example ${name}=${input.example}`;
  return {
    kind: "problem",
    problem: {
      name,
      got,
      expected: input.expected,
      cure: `set ${[...new Set(sources)].join(" or ")}${example}`,
    },
  };
}

function quote(value: string): string {
  const shown = value.length > 200 ? `${value.slice(0, 200)}…` : value;
  return JSON.stringify(shown);
}

const login = /(?<=:\/\/)[^/?#\s]*@/;

function holdsLogin(text: string): boolean {
  return login.test(text);
}

// An address with a password is refused and must not be seen; that it held one may be (G20).
function withoutLogin(text: string): string {
  return text.replace(login, "MASKED@");
}

function whence(origin: Origin): string {
  switch (origin.kind) {
    case "own":
      return "";
    case "default":
      return " (its default)";
    case "file":
      return ` (in ${origin.path})`;
    case "chain":
      return ` (from the output ${origin.output})`;
    case "variable":
      return ` (from ${origin.name})`;
  }
}

function warnOfMisspellings(declared: Inputs, { env, known }: InputSources): readonly string[] {
  const set = Object.keys(env).filter((name) => (env[name] ?? "") !== "");
  const wanted = Object.keys(declared);
  return nearMisses(set, new Set([...known, ...wanted]), wanted).map(
    ({ got, meant }) => `${got} is set but unknown. Did you mean ${meant}?`,
  );
}

/** With no problem left, every declared name has its parsed value. */
function isComplete<Set extends Inputs>(
  values: Record<string, unknown>,
  declared: Set,
  problems: readonly Problem[],
): values is Record<string, unknown> & Values<Set> {
  const absent = Object.entries(declared).filter(
    ([name, input]) => input.optional !== true && !Object.hasOwn(values, name),
  );
  return absent.every(([name]) => problems.some((wrong) => wrong.name === name));
}
