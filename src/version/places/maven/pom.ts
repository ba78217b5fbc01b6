import { posix } from "node:path";
import type { FileSource } from "../../file-source.ts";
import { decodeAny, type Encoding } from "../place.ts";
import type { Span } from "../../config/text-span.ts";
import { childAt, findText, readXmlTree, type XmlElement } from "./xml-tree.ts";

/** A value that stands in a pom, and where. */
export interface PomValue {
  readonly text: string;
  readonly span: Span;
}

/** A `pom.xml` of a reactor. */
export interface Pom {
  /** Where the file is, after all links. */
  readonly path: string;
  readonly text: string;
  readonly encoding: Encoding;
  readonly root: XmlElement;
}

/** The poms of a reactor, the first one first, and what was listed but is not there. */
export interface Reactor {
  readonly poms: readonly Pom[];
  readonly missing: readonly string[];
}

/**
 * Reads a pom and all modules that it and they list, also those of profiles (and Maven 4's subprojects).
 *
 * @throws E_VERSION_FILE for a pom that is not XML, and for a module outside the project folder.
 */
export async function readReactor(source: FileSource): Promise<Reactor> {
  const poms: Pom[] = [];
  const missing: string[] = [];
  const open = ["pom.xml"];
  for (const path of open) {
    const pom = await readPom(source, path);
    if (pom === undefined) missing.push(path);
    else if (!poms.some((one) => one.path === pom.path)) {
      poms.push(pom);
      for (const name of moduleNames(pom)) open.push(await modulePath(source, path, name));
    }
  }
  return { poms, missing };
}

/** The text at a chain of names below `<project>`. @throws E_VERSION_FILE where it is in several pieces. */
export function valueAt({ path, text, root }: Pom, ...names: string[]): PomValue | undefined {
  const element = childAt(root, ...names);
  const span = element === undefined ? undefined : findText(path, text, element);
  return span === undefined ? undefined : { text: text.slice(span.start, span.end), span };
}

/** `groupId:artifactId`; the group is inherited from the parent. */
export function coordinatesOf(pom: Pom): string {
  const group = valueAt(pom, "groupId") ?? valueAt(pom, "parent", "groupId");
  return `${group?.text ?? ""}:${valueAt(pom, "artifactId")?.text ?? ""}`;
}

/** `groupId:artifactId` of the parent. */
export function parentOf(pom: Pom): string | undefined {
  const artifact = valueAt(pom, "parent", "artifactId");
  if (artifact === undefined) return undefined;
  return `${valueAt(pom, "parent", "groupId")?.text ?? ""}:${artifact.text}`;
}

async function readPom(source: FileSource, path: string): Promise<Pom | undefined> {
  const file = await source.read(path);
  if (file === undefined) return undefined;
  const { text, encoding } = decodeAny(file.bytes);
  return { path: file.path, text, encoding, root: await readXmlTree(file.path, text) };
}

function moduleNames({ path, text, root }: Pom): string[] {
  const profiles = childAt(root, "profiles")?.children ?? [];
  return [root, ...profiles]
    .flatMap((owner) => [childAt(owner, "modules"), childAt(owner, "subprojects")])
    .flatMap((list) => list?.children ?? [])
    .flatMap((entry) => {
      const span = findText(path, text, entry);
      return span === undefined ? [] : [text.slice(span.start, span.end)];
    });
}

/** A module is a folder with a `pom.xml`, or the file itself. */
async function modulePath(source: FileSource, from: string, name: string): Promise<string> {
  const path = posix.join(posix.dirname(from), name.replaceAll("\\", "/"));
  const isFile = path.endsWith(".xml") && (await source.read(path)) !== undefined;
  return isFile ? path : posix.join(path, "pom.xml");
}
