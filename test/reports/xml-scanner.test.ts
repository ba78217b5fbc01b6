import * as fc from "fast-check";
import { SaxesParser } from "saxes";
import { describe, expect, test, vi } from "vitest";
import { NameTable } from "../../src/reports/xml/names.ts";
import { cut, listen } from "./xml-events.ts";

// Thousands of documents are read: on a busy machine that takes its time.
vi.setConfig({ testTimeout: 60_000 });

/** Pieces of markup, right and wrong, that a document is put together from. */
const fragment = fc.constantFrom(
  "<a>",
  "</a>",
  "<b x='1'>",
  "</b>",
  "<c/>",
  '<d x="1" y="2"/>',
  '<d x="1" x="2"/>',
  "<e x=1/>",
  "<e x/>",
  "<!-- c -->",
  "<!-- a -- b -->",
  "<!--->",
  "<![CDATA[ <x> ]] ]]>",
  "<![CDATA[é]]>",
  "]]>",
  "]]",
  "]",
  "<?pi data?>",
  "<?xml x?>",
  "&amp;",
  "&#65;",
  "&#x1F600;",
  "&#27;",
  "&#0;",
  "&#xD800;",
  "&nope;",
  "&",
  "<",
  ">",
  " ",
  "\n",
  "text",
  "é€😀",
  "\u00a0",
  "\ufffe",
  "\u0001",
  "\r\n",
  '<q v="a&lt;b&#10;c\td"/>',
  '<q v="a<b"/>',
  "<é ü='ö'/>",
  "<1/>",
  "<a\n  b = 'c'\n>",
  "<a b='1'c='2'/>",
  "< a/>",
  "</a >",
  "<!DOCTYPE a>",
);

const document = fc
  .array(fragment, { maxLength: 12 })
  .chain((parts) => fc.constantFrom(parts.join(""), `<r>${parts.join("")}</r>`));

test("a document is well-formed for the scanner exactly when it is for saxes", () => {
  fc.assert(
    fc.property(document, (text) => {
      expect(listen([Buffer.from(text)]).fault === undefined).toBe(saxesAccepts(text));
    }),
    { numRuns: 1000 },
  );
});

test("where a document is cut into pieces changes nothing that is heard", () => {
  fc.assert(
    fc.property(document, fc.array(fc.nat(), { maxLength: 6 }), (text, places) => {
      const bytes = Buffer.from(`<?xml version="1.0"?>\n${text}${" ".repeat(1100)}`);
      const whole = listen([bytes]);
      const pieces = listen(cut(bytes, places));
      expect(pieces).toEqual(whole);
    }),
    { numRuns: 700 },
  );
});

test("a document that comes byte by byte is heard like one that comes at once", () => {
  const text = `<?xml version="1.0"?><!DOCTYPE r [<!ELEMENT r ANY>]><r a="&lt;é"><![CDATA[x]]]]>]&amp;]<!-- c - d --><?p q?></r>`;
  const bytes = Buffer.from(text);
  const single = Array.from(bytes, (_, at) => bytes.subarray(at, at + 1));
  expect(listen(single)).toEqual(listen([bytes]));
  expect(listen(single).fault).toBeUndefined();
});

interface Tree {
  name: string;
  attributes: Record<string, string>;
  content: (Tree | string)[];
}

const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_.-]{0,8}$/);
const character = fc
  .integer({ min: 0x20, max: 0x10fffd })
  .filter((code) => (code < 0xd800 || code > 0xdfff) && (code & 0xfffe) !== 0xfffe);
const words = fc
  .array(fc.oneof(character, fc.constantFrom(9, 10, 13, 38, 60, 62, 93, 34, 39)), { maxLength: 20 })
  .map((codes) => codes.map((code) => String.fromCodePoint(code)).join(""));
const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.record({
    name,
    attributes: fc.dictionary(name, words, { maxKeys: 4 }),
    content: fc.array(fc.oneof({ depthSize: "small" }, words, tie("tree")), { maxLength: 4 }),
  }),
}));

test("any tree that is written reads back as it was", () => {
  fc.assert(
    fc.property(tree, fc.array(fc.nat(), { maxLength: 3 }), (root, places) => {
      const heard = listen(cut(Buffer.from(write(root)), places));
      expect(heard.fault).toBeUndefined();
      expect(heard.events).toEqual(expected(root));
    }),
    { numRuns: 500 },
  );
});

const value = fc
  .tuple(
    fc.constantFrom(
      "",
      "same",
      "same é",
      "same €",
      "&lt;same",
      "same\t",
      "\ufffd",
      "\uffee",
      "'",
      '"',
    ),
    fc.constantFrom("", "", "1", "12", "è", "&#9;", "same"),
  )
  .map((parts) => parts.join(""));
const rarely = <Wanted>(usual: Wanted, ...others: Wanted[]): fc.Arbitrary<Wanted> =>
  fc.oneof({ weight: 12, arbitrary: fc.constant(usual) }, fc.constantFrom(...others));
const likeTags = fc
  .uniqueArray(fc.constantFrom("x", "y", "xy", "é"), { maxLength: 3 })
  .chain((names) => {
    const attributes = names.map((name) =>
      fc
        .tuple(
          rarely(" ", "  ", "\n", ""),
          rarely(name, "x", "z"),
          rarely('"', "'"),
          value,
          rarely("", "<", "\ufffe"),
        )
        .map(([blanks, own, quote, text, bad]) => {
          const quoted = text.replaceAll(quote, "");
          return `${blanks}${own}=${quote}${quoted}${bad}${quote}`;
        }),
    );
    const tag = fc
      .tuple(rarely("a", "ab", "é"), fc.tuple(...attributes), rarely("/>", " />", "><b/>"))
      .map(
        ([name, pairs, end]) =>
          `<${name}${pairs.join("")}${end}${end.startsWith(">") ? `</${name}>` : ""}`,
      );
    return fc.array(tag, { maxLength: 5 });
  });

test("tags that look much like the ones before are read as if they did not", () => {
  let wellFormed = 0;
  fc.assert(
    fc.property(likeTags, fc.array(fc.nat(), { maxLength: 2 }), (tags, places) => {
      const text = `<r>${tags.join("")}</r>`;
      const heard = listen(cut(Buffer.from(text), places));
      const wanted = saxesHears(text);
      expect(heard.fault === undefined).toBe(wanted !== undefined);
      if (wanted === undefined) return;
      wellFormed += 1;
      expect(heard.events).toEqual(wanted);
    }),
    { numRuns: 1500 },
  );
  // Both kinds must be there, or the test shows nothing.
  expect(wellFormed).toBeGreaterThan(1000);
  expect(wellFormed).toBeLessThan(4500);
});

test("documents that share their names are read as if each had its own", () => {
  const several = fc.array(
    fc.tuple(
      fc.oneof(
        likeTags.map((tags) => tags.join("")),
        document,
      ),
      fc.array(fc.nat(), { maxLength: 2 }),
    ),
    { maxLength: 4 },
  );
  fc.assert(
    fc.property(several, (documents) => {
      const names = new NameTable(new Map());
      for (const [text, places] of documents) {
        const pieces = cut(Buffer.from(`<r>${text}</r>`), places);
        expect(listen(pieces, names)).toEqual(listen(pieces));
      }
    }),
    { numRuns: 1000 },
  );
});

test("the first character that XML does not have is found in its line and column", () => {
  const characters = fc.constantFrom(
    "a",
    "~",
    " ",
    "\n",
    "\n",
    "\t",
    "\r",
    "é",
    "\u{1f600}",
    "\ufffd",
  );
  const plain = fc.string({ unit: characters, maxLength: 40 });
  const bad = fc.constantFrom("\u0000", "\u001f", "\u000b", "\ufffe", "");
  fc.assert(
    fc.property(
      plain,
      bad,
      plain,
      fc.constantFrom("cdata", "comment"),
      (before, found, after, kind) => {
        const [open, close] = kind === "cdata" ? ["<![CDATA[", "]]>"] : ["<!--", "-->"];
        // Where nothing is wrong, the entity behind tells what the lines were counted as.
        const start = `<r>${open}${before}`;
        const whole = `${start}${found}${after}${close}`;
        const { fault } = listen([Buffer.from(`${whole}&nope;</r>`)]);
        const lines = (found === "" ? whole : start).split("\n");
        expect([fault?.line, fault?.column]).toEqual([
          lines.length,
          Buffer.byteLength(lines.at(-1) ?? "") + 1,
        ]);
      },
    ),
    { numRuns: 800 },
  );
});

describe("a fault tells what and where", () => {
  test.each([
    ["<r>\n  <a>\n</r>", "</r> where </a> is expected", 3, 1],
    ["<r>\n  <a b='1' b='2'/>\n</r>", "the attribute b is given twice", 2, 12],
    ["<r><a\nb='1'/><a\nb='1'/><a\nb='<'/></r>", "< in the value of b (write &lt;)", 4, 4],
    ["<r>a & b</r>", "a bare & (write &amp;)", 1, 6],
    ["<r>\u001b[31m</r>", "the control character U+001B", 1, 4],
    ["<r>&#27;</r>", "the character reference &#27; names no XML character", 1, 4],
    ["<r>&nbsp;</r>", "the entity &nbsp; is not defined", 1, 4],
    ["<r/>\nDONE", "text after the end of the root element", 2, 1],
    ["oops <r/>", "text before the root element: this is no XML document", 1, 1],
    ["<r/><r/>", "a second root element", 1, 5],
    ["<r><a>", "the document ends before </a>", 1, 7],
    ["<r a='", "the document ends inside a tag or reference", 1, 7],
    ["<r><![CDATA[x", "the document ends inside a cdata", 1, 14],
    ["", "the document has no root element", 1, 1],
  ])("%j: %s", (text, reason, line, column) => {
    const { fault } = listen([Buffer.from(text)]);
    expect(fault?.message).toBe(reason);
    expect([fault?.line, fault?.column]).toEqual([line, column]);
  });
});

describe("S10 hostile documents end quickly and open nothing", () => {
  const bomb = `<!DOCTYPE b [<!ENTITY a "ha">${Array.from({ length: 30 }, (_, at) => `<!ENTITY a${at} "&a;&a;">`).join("")}]><b>&a29;</b>`;
  test.each([
    ["an entity bomb", bomb, "entities"],
    [
      "an external entity",
      `<!DOCTYPE f [<!ENTITY x SYSTEM "file:///etc/hostname">]><f>&x;</f>`,
      "entities",
    ],
    ["a hundred thousand levels", "<a>".repeat(100_000), "limit"],
    [
      "three megabytes of attributes",
      `<a ${Array.from({ length: 200_000 }, (_, at) => `b${at}="1"`).join(" ")}/>`,
      "limit",
    ],
    ["an attribute of two megabytes", `<a b="${"x".repeat(2_000_000)}"/>`, "limit"],
    ["a tag without an end", `<a b="${"x".repeat(20_000_000)}`, "limit"],
  ])("%s", (_title, text, kind) => {
    const bytes = Buffer.from(text);
    const pieces = cut(
      bytes,
      Array.from({ length: 100 }, (_, at) => at * 65_536),
    );
    expect(listen(pieces).fault?.kind).toBe(kind);
  });

  test("a document type with an external identifier is read and its address left alone", () => {
    const text = `<!DOCTYPE coverage SYSTEM "http://127.0.0.1:1/coverage.dtd"><coverage/>`;
    expect(listen([Buffer.from(text)])).toMatchObject({
      fault: undefined,
      events: ["open coverage", "close coverage"],
    });
  });

  test("ENTITY in a comment of the internal subset declares nothing", () => {
    const text = `<!DOCTYPE r [<!-- <!ENTITY a "b"> ]> --><!ELEMENT r ANY>]><r/>`;
    expect(listen([Buffer.from(text)]).fault).toBeUndefined();
  });
});

function saxesAccepts(text: string): boolean {
  const parser = new SaxesParser({ xmlns: false });
  let accepted = true;
  parser.on("error", () => {
    accepted = false;
  });
  parser.write(text).close();
  return accepted;
}

function write({ name, attributes, content }: Tree): string {
  const pairs = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeValue(value)}"`);
  const inner = content.map((part) => (typeof part === "string" ? escapeText(part) : write(part)));
  return `<${name}${pairs.join("")}>${inner.join("")}</${name}>`;
}

function escapeText(text: string): string {
  return text.replaceAll(/[&<>\r]/g, (char) => `&#${char.codePointAt(0)};`);
}

function escapeValue(text: string): string {
  return text.replaceAll(/[&<"\t\r\n]/g, (char) => `&#x${char.codePointAt(0)?.toString(16)};`);
}

function expected(root: Tree): string[] {
  const events: string[] = [];
  let text = "";
  const flush = (): void => {
    if (text !== "") events.push(`text ${JSON.stringify(text)}`);
    text = "";
  };
  const visit = ({ name, attributes, content }: Tree): void => {
    flush();
    const pairs = Object.entries(attributes).map(
      ([key, value]) => `${key}=${JSON.stringify(value)}`,
    );
    events.push(["open", name, ...pairs].join(" "));
    for (const part of content) {
      if (typeof part === "string") text += part;
      else visit(part);
    }
    flush();
    events.push(`close ${name}`);
  };
  visit(root);
  return events;
}

/** What a document without text holds, in the words of `listen`; `undefined` where it is not well-formed. */
function saxesHears(text: string): string[] | undefined {
  const parser = new SaxesParser({ xmlns: false });
  const events: string[] = [];
  let accepted = true;
  parser.on("error", () => {
    accepted = false;
  });
  parser.on("opentag", ({ name, attributes }) => {
    const values = Object.entries(attributes).map(
      ([attribute, value]) => `${attribute}=${JSON.stringify(value)}`,
    );
    events.push(["open", name, ...values].join(" "));
  });
  parser.on("closetag", ({ name }) => {
    events.push(`close ${name}`);
  });
  parser.write(text).close();
  return accepted ? events : undefined;
}
