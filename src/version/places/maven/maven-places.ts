import type { FileSource } from "../../file-source.ts";
import type { VersionPlace } from "../place.ts";
import { followProperties, isFriendly } from "./friendly-version.ts";
import { coordinatesOf, parentOf, type Pom, type PomValue, readReactor, valueAt } from "./pom.ts";
import { childAt, findText, type XmlElement } from "./xml-tree.ts";

export interface MavenPlaces {
  readonly places: readonly VersionPlace[];
  readonly warnings: readonly string[];
}

/**
 * The versions of a Maven reactor: `<version>` of every pom, and of every `<parent>` that is one of them. Those of
 * dependencies, plugins and foreign parents are never touched.
 */
export async function findMavenPlaces(source: FileSource): Promise<MavenPlaces> {
  if ((await source.read("pom.xml")) === undefined) return { places: [], warnings: [] };
  const { poms, missing } = await readReactor(source);
  const own = new Set(poms.map(coordinatesOf));
  const places = poms.flatMap((pom) => {
    const version = valueAt(pom, "version");
    const parent = own.has(parentOf(pom) ?? "") ? valueAt(pom, "parent", "version") : undefined;
    return [
      ...(version === undefined ? [] : placeOf(pom, version, "<version>", poms)),
      ...(parent === undefined ? [] : placeOf(pom, parent, "<parent> version", poms)),
    ];
  });
  const versions = new Set(places.map(({ version }) => version));
  return {
    places,
    warnings: [
      ...missing.map((path) => `The reactor lists ${path}, which is not there`),
      ...poms.flatMap((pom) => literalSiblings(pom, own, versions)),
    ],
  };
}

function placeOf(
  pom: Pom,
  { text, span }: PomValue,
  what: string,
  poms: readonly Pom[],
): VersionPlace[] {
  const shared = { ecosystem: "jvm", isMirror: false } as const;
  if (!isFriendly(text)) {
    const { path, encoding } = pom;
    return [{ ...shared, path, encoding, title: `${what} of ${path}`, version: text, span }];
  }
  const found = followProperties(text, pom, poms);
  if (found === undefined) return [];
  const { title, version, write } = found;
  const { path, encoding } = found.pom;
  return [{ ...shared, path, encoding, title, version, span: found.span, write }];
}

/** A dependency on a sibling that repeats the version as text will ask for the old one after the bump. */
function literalSiblings(
  { path, text, root }: Pom,
  own: ReadonlySet<string>,
  versions: ReadonlySet<string>,
): string[] {
  const read = (element: XmlElement, name: string) => {
    const child = childAt(element, name);
    const span = child === undefined ? undefined : findText(path, text, child);
    return span === undefined ? "" : text.slice(span.start, span.end);
  };
  return dependenciesOf(root)
    .filter((one) => own.has(`${read(one, "groupId")}:${read(one, "artifactId")}`))
    .filter((one) => versions.has(read(one, "version")))
    .map(
      (one) =>
        `${path} depends on ${read(one, "artifactId")} of the same reactor by the text ${read(one, "version")}, which stays; write \${project.version} there`,
    );
}

function dependenciesOf(element: XmlElement): XmlElement[] {
  return element.children.flatMap((child) =>
    child.name === "dependency" ? [child] : dependenciesOf(child),
  );
}
