import { versionErrors } from "../../errors.ts";
import type { Replacement } from "../../config/text-span.ts";
import { spellVersion, writeSpelling } from "../spelling.ts";
import { coordinatesOf, parentOf, type Pom } from "./pom.ts";
import { childAt, findText, type XmlElement } from "./xml-tree.ts";

/** A property that takes part in a version: `revision`, `changelist`. */
interface Property {
  readonly name: string;
  readonly pom: Pom;
  readonly element: XmlElement;
  readonly value: string;
}

/** A version that is made of properties, and how another one is written into them. */
export interface FriendlyVersion {
  readonly pom: Pom;
  readonly title: string;
  readonly version: string;
  /** Where the property that holds the numbers stands. */
  readonly span: { readonly start: number; readonly end: number };
  write(version: string): Replacement[];
}

const reference = /\$\{(?<name>[^}]+)\}/gu;

/** Whether a version refers to properties. */
export function isFriendly(version: string): boolean {
  return version.includes("${");
}

/**
 * Follows a CI-friendly version, `${revision}` or `${revision}${sha1}${changelist}`, to the properties that hold it.
 *
 * @returns `undefined` where it only repeats the parent's version.
 * @throws E_VERSION_FILE where a property is not set in the reactor, or the pieces cannot be told apart.
 * @see https://maven.apache.org/guides/mini/guide-maven-ci-friendly.html
 */
export function followProperties(
  version: string,
  pom: Pom,
  poms: readonly Pom[],
): FriendlyVersion | undefined {
  const names = [...version.matchAll(reference)].map(({ groups }) => groups?.["name"] ?? "");
  if (names.some((name) => /^(?:project\.)?(?:parent\.)?version$/u.test(name))) return undefined;
  if (version.replaceAll(reference, "") !== "")
    throw unusable(version, pom, "it mixes text and properties");
  const properties = names.map((name) => {
    const found = findProperty(name, pom, poms);
    if (found === undefined)
      throw unusable(version, pom, `no pom of the reactor sets <${name}> in its <properties>`);
    return found;
  });
  const [first] = properties;
  if (first === undefined) return undefined;
  if (properties.some((one) => one.pom !== first.pom))
    throw unusable(version, pom, "its properties are set in different poms");
  const numbers = properties.find(({ value }) => /\d/u.test(value));
  const marker = findMarker(properties.filter((one) => one !== numbers));
  const rest = properties.filter((one) => one !== numbers && one !== marker);
  const isOdd = rest.some(({ value }) => value !== "") || /^\d/u.test(marker?.value ?? "");
  if (numbers === undefined || isOdd)
    throw unusable(version, pom, "its properties are not one number and one marker");
  return {
    pom: first.pom,
    title: `${version} in <properties> of ${first.pom.path}`,
    version: properties.map(({ value }) => value).join(""),
    span: numbers.element.inner ?? numbers.element.outer,
    write(next) {
      if (marker === undefined) return write(numbers, next);
      const spelled = spellVersion(next, "the next version", "jvm");
      const released = writeSpelling({ ...spelled, suffix: "" });
      return [...write(numbers, released), ...write(marker, spelled.suffix)];
    },
  };
}

function findMarker(properties: readonly Property[]): Property | undefined {
  return (
    properties.find(({ value }) => value !== "") ??
    properties.find(({ name }) => name === "changelist") ??
    properties[0]
  );
}

/** In the pom itself, else in the parents that belong to the reactor. */
function findProperty(name: string, pom: Pom, poms: readonly Pom[]): Property | undefined {
  const seen = new Set<Pom>();
  let here: Pom | undefined = pom;
  while (here !== undefined && !seen.has(here)) {
    const element = childAt(here.root, "properties", name);
    if (element !== undefined) {
      const span = findText(here.path, here.text, element);
      const value = span === undefined ? "" : here.text.slice(span.start, span.end);
      return { name, pom: here, element, value };
    }
    seen.add(here);
    const parent = parentOf(here);
    here = poms.find((one) => coordinatesOf(one) === parent);
  }
  return undefined;
}

function write({ name, pom, element, value }: Property, text: string): Replacement[] {
  if (value === text) return [];
  const span = findText(pom.path, pom.text, element) ?? element.inner;
  if (span !== undefined) return [{ span, text }];
  return [{ span: element.outer, text: `<${name}>${text}</${name}>` }];
}

function unusable(version: string, { path }: Pom, why: string) {
  return versionErrors("E_VERSION_FILE", `The version of ${path} is ${version}, but ${why}`, {
    hint: "Set the property in <properties> of the top pom.xml, or create a .bumpversion.cfg that names the text to edit.",
  });
}
