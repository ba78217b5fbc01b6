import { replaceSpans, type Span } from "../config/text-span.ts";
import { replacePlaces } from "../edit/replace.ts";
import { findPlaces, type Place } from "../edit/search.ts";
import { decodeFile, type VersionPlace } from "./place.ts";

/** The text around the version that a section searches for. */
interface Context {
  readonly before: string;
  readonly after: string;
}

/** The file sections that change the places of a file, all of one version; `undefined` where they would not, or more. */
export function suggestSections(
  bytes: Buffer | undefined,
  places: readonly VersionPlace[],
  version: string,
): string[] | undefined {
  const [first] = places;
  if (bytes === undefined || first === undefined) return undefined;
  const { path, encoding = "utf8" } = first;
  const text = encoding === "utf8" ? decodeFile(path, bytes) : bytes.toString(encoding);
  const isOwn = ({ start, end }: Place) =>
    places.some(({ span }) => {
      const at = Buffer.byteLength(text.slice(0, span.start), encoding);
      return start <= at && at + version.length <= end;
    });
  const chosen = places.map(({ span }) =>
    contextsOf(text, span).find((context) => findContext(bytes, context, version).every(isOwn)),
  );
  const contexts = chosen.filter((context) => context !== undefined);
  if (contexts.length < places.length) return undefined;
  // Each section sees what the ones before it left.
  const probe = `9${version}`;
  let made = bytes;
  for (const context of contexts) {
    const found = findContext(made, context, version);
    made = replacePlaces(made, found, around(context, probe));
  }
  const wanted = replaceSpans(
    text,
    places.map(({ span }) => ({ span, text: probe })),
  );
  if (!made.equals(Buffer.from(wanted, encoding))) return undefined;
  return contexts.map((context, index) => describeSection(path, index, context));
}

function findContext(bytes: Buffer, context: Context, version: string): readonly Place[] {
  const tokens = [{ kind: "text", text: around(context, version) }] as const;
  return findPlaces(bytes, { tokens, isRegex: false, endsVersion: false }, "a suggestion");
}

function around({ before, after }: Context, version: string): string {
  return `${before}${version}${after}`;
}

/** As many lines above the version as a section may need to tell it from another one. */
const lineLimit = 8;

/**
 * What stands around a version: its line, then with the line above it, and so on.
 *
 * INI trims the further lines of a value and drops those that look like comments: such lines end it.
 */
function* contextsOf(text: string, span: Span): Generator<Context> {
  const lines = text.slice(0, span.start).split("\n");
  const rest = text.indexOf("\n", span.end);
  const after = text.slice(span.end, rest === -1 ? text.length : rest).trimEnd();
  let before = lines.pop() ?? "";
  yield { before: before.trimStart(), after };
  for (const raw of lines.toReversed().slice(0, lineLimit)) {
    if (/^(?:\s|[#;]|$)/u.test(before)) return;
    const line = raw.replace(/\r$/u, "");
    if (line.trim() === "" || line !== line.trimEnd()) return;
    before = `${line}\n${before}`;
    yield { before: before.trimStart(), after };
  }
}

function describeSection(path: string, index: number, { before, after }: Context): string {
  // Two sections of one file must differ in their names.
  const kind = index === 0 ? "file" : `file (${index + 1})`;
  const header = `[bumpversion:${kind}:${path}]`;
  if (`${before}${after}` === "") return `${header}\n`;
  const line = (name: string) =>
    `${double(before)}{${name}}${double(after)}`.replaceAll("\n", "\n\t");
  return `${header}\nsearch = ${line("current_version")}\nreplace = ${line("new_version")}\n`;
}

function double(text: string): string {
  return text.replaceAll(/[{}]/gu, "$&$&");
}
