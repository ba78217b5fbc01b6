import * as fc from "fast-check";
import { parse, stringify } from "smol-toml";
import { expect, test } from "vitest";
import { findTomlPlaces, type TomlPath } from "../../src/version/config/toml-spans.ts";
import { findJsonStrings } from "../../src/version/places/json-span.ts";

const key = fc.stringMatching(/^[a-zäß_"' .\\-]{1,6}$/u);
const scalar = fc.oneof(fc.string(), fc.string({ unit: "grapheme" }), fc.integer(), fc.boolean());
const document = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthSize: "small" },
    scalar,
    fc.array(scalar, { maxLength: 3 }),
    tie("table"),
    fc.array(tie("table"), { minLength: 1, maxLength: 2 }),
  ),
  table: fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true }),
})).table;

test("every value of a TOML text is found, at its own characters", () => {
  fc.assert(
    fc.property(document, (data) => {
      const text = decorate(stringify(data));
      const root = parse(text);
      for (const { path, span } of findTomlPlaces(text)) {
        const alone = parse(`x = ${text.slice(span.start, span.end)}`)["x"];
        expect(alone).toEqual(valueAt(root, path));
      }
      expect(findTomlPlaces(text).length).toBeGreaterThanOrEqual(countScalars(root));
    }),
  );
});

test.each([
  { text: 'a = """x"""" # "\nb = 1', path: ["b"], written: "1" },
  {
    text: "a = [ # ]\n  '#',\n  2, # c\n]\nb.c = 1979-05-27 07:32:00Z\n",
    path: ["b", "c"],
    written: "1979-05-27 07:32:00Z",
  },
  {
    text: "[[a.b]]\n[a.b.c]\nd=1\n[[a.b]]\n[a.b.c]\nd=2\n",
    path: ["a", "b", 1, "c", "d"],
    written: "2",
  },
  {
    text: '"a.b" . \'c\' = { d = "}" , e = [1,\n2] }\r\n',
    path: ["a.b", "c", "e", 1],
    written: "2",
  },
])("finds $written", ({ text, path, written }) => {
  const place = findTomlPlaces(text).find(
    (one) => JSON.stringify(one.path) === JSON.stringify(path),
  );
  expect(text.slice(place?.span.start, place?.span.end)).toBe(written);
});

test("every string of a JSON text is found, at its own characters", () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom(0, 2, "\t"), (source, indent) => {
      const data: unknown = JSON.parse(source);
      const text = JSON.stringify(data, undefined, indent);
      const found = findJsonStrings(text).map(({ span }) => text.slice(span.start, span.end));
      expect(found.map((inner): unknown => JSON.parse(`"${inner}"`))).toEqual(stringsOf(data));
    }),
  );
});

/** Comments and blank lines between the lines; those inside of a string are part of it and stay valid. */
function decorate(text: string): string {
  return `# "comment" = [1\n${text}\n\n# end`;
}

function valueAt(root: unknown, path: TomlPath): unknown {
  let value = root;
  for (const step of path) {
    if (Array.isArray(value)) value = value[Number(step)];
    else if (typeof value === "object" && value !== null)
      value = Object.entries(value).find(([name]) => name === step)?.[1];
  }
  return value;
}

function countScalars(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1;
  return Object.values(value).reduce((sum: number, one) => sum + countScalars(one), 0);
}

function stringsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(stringsOf);
}
