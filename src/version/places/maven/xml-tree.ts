import type { Span } from "../../config/text-span.ts";
import { versionErrors } from "../../errors.ts";

/** An element of an XML file, and where it stands in the text. */
export interface XmlElement {
  /** Without a namespace prefix. */
  readonly name: string;
  readonly children: readonly XmlElement[];
  /** From its first tag to its last, tags included. */
  readonly outer: Span;
  /** Between its tags; `undefined` where one tag is both. */
  readonly inner: Span | undefined;
}

type Growing = Omit<XmlElement, "children" | "outer" | "inner"> & {
  children: XmlElement[];
  start: number;
  innerStart: number;
};

/**
 * Reads the elements of an XML text and where they stand; comments, CDATA and processing instructions are no elements.
 *
 * @throws E_VERSION_FILE where it is not well-formed, or asks for an entity.
 */
export async function readXmlTree(path: string, text: string): Promise<XmlElement> {
  const { SaxesParser } = await import("saxes");
  const parser = new SaxesParser({ position: true });
  const open: Growing[] = [];
  let root: XmlElement | undefined;
  let start = 0;
  parser.on("error", (error) => {
    throw versionErrors("E_VERSION_FILE", `'${path}' is not XML: ${error.message}`, {
      hint: "Correct the file.",
    });
  });
  parser.on("opentagstart", () => {
    start = text.lastIndexOf("<", parser.position - 1);
  });
  parser.on("opentag", ({ name }) => {
    open.push({
      name: name.replace(/^.*:/u, ""),
      children: [],
      start,
      innerStart: parser.position,
    });
  });
  parser.on("closetag", ({ isSelfClosing }) => {
    const element = open.pop();
    if (element === undefined) return;
    const end = parser.position;
    const closing = text.lastIndexOf("</", end - 1);
    const done = {
      name: element.name,
      children: element.children,
      outer: { start: element.start, end },
      inner: isSelfClosing ? undefined : { start: element.innerStart, end: closing },
    };
    const parent = open.at(-1);
    if (parent === undefined) root = done;
    else parent.children.push(done);
  });
  parser.write(text).close();
  if (root !== undefined) return root;
  throw versionErrors("E_VERSION_FILE", `'${path}' is not XML: it has no element`);
}

/** The element that a chain of names leads to, the first of each name. */
export function childAt(element: XmlElement, ...names: readonly string[]): XmlElement | undefined {
  let here: XmlElement | undefined = element;
  for (const name of names) here = here?.children.find((child) => child.name === name);
  return here;
}

const piece = /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[(?<data>[\s\S]*?)\]\]>|[^<]+/gu;

/**
 * Where the text of an element stands, without the blanks around it, comments, and the marks of CDATA.
 *
 * @returns `undefined` where it has no text.
 * @throws E_VERSION_FILE where it is written in several pieces or with references, so that no one place holds it.
 */
export function findText(path: string, text: string, element: XmlElement): Span | undefined {
  const { inner, name } = element;
  if (inner === undefined || element.children.length > 0) return undefined;
  const found: Span[] = [];
  for (const match of text.slice(inner.start, inner.end).matchAll(piece)) {
    const [whole] = match;
    const data = match.groups?.["data"];
    if (data === undefined && whole.startsWith("<")) continue;
    const content = data ?? whole;
    const trimmed = content.trim();
    if (trimmed === "") continue;
    const start =
      inner.start +
      match.index +
      (data === undefined ? 0 : "<![CDATA[".length) +
      content.indexOf(trimmed);
    found.push({ start, end: start + trimmed.length });
    if (data === undefined && trimmed.includes("&")) found.push({ start, end: start });
  }
  const [only, ...others] = found;
  if (others.length === 0) return only;
  throw versionErrors(
    "E_VERSION_FILE",
    `<${name}> of ${path} is written in several pieces, so that it cannot be edited`,
    { hint: "Write its text in one piece, without references and without comments in between." },
  );
}
