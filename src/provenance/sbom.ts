import { listAt, parseJson, textAt } from "./json.ts";
import { condaPurl, type CondaName, pypiPurl } from "./purl.ts";

interface Part {
  readonly name: string;
  readonly version: string;
  readonly license: string | undefined;
  /** Names of parts of the same kind that it needs; Python distributions may also need conda packages. */
  readonly requires: readonly string[];
}

interface CondaPart extends Part, CondaName {
  readonly sha256?: string | undefined;
  readonly md5?: string | undefined;
}

/** A pack and what is in it, as the environment's own records have it. */
export interface PackContents {
  /** The pack's file name. */
  readonly file: string;
  /** Of the pack; `undefined` for a directory, which has no bytes of its own. */
  readonly sha256: string | undefined;
  readonly name: string;
  readonly version: string | undefined;
  /** The time of the release, never that of the run: seconds since 1970. */
  readonly releaseSeconds: number;
  /** Version of Slipway. */
  readonly toolVersion: string;
  /** Digest of whatever makes this pack this one, 64 hexadecimal digits; the serial number is derived from it. */
  readonly contentSha256: string;
  readonly conda: readonly CondaPart[];
  readonly pip: readonly Part[];
}

/**
 * The bill of materials of a pack: CycloneDX 1.6, JSON. The same pack has the same bytes of it.
 *
 * @see https://cyclonedx.org/docs/1.6/json/
 */
export async function cycloneDxBom(pack: PackContents): Promise<string> {
  const { default: parseSpdx } = await import("spdx-expression-parse");
  const isSpdx = (text: string): boolean => {
    try {
      parseSpdx(text);
      return true;
    } catch {
      return false;
    }
  };
  const licences = ({ license }: Part) =>
    license === undefined || license === ""
      ? {}
      : { licenses: [isSpdx(license) ? { expression: license } : { license: { name: license } }] };

  const projectKey = normalised(pack.name);
  const project = pack.pip.find(({ name }) => normalised(name) === projectKey);
  const others = pack.pip.filter((one) => one !== project);
  const root = project === undefined ? packRef(pack) : pypiPurl(project.name, project.version);
  const conda = unique(pack.conda.map((part) => ({ ref: condaPurl(part), part })));
  const pip = unique(others.map((part) => ({ ref: pypiPurl(part.name, part.version), part })));
  const refs = {
    conda: new Map(conda.map(({ ref, part }) => [part.name, ref])),
    pip: new Map(pip.map(({ ref, part }) => [normalised(part.name), ref])),
  };
  const needs = ({ requires }: Part, kind: keyof typeof refs): readonly string[] =>
    sorted(
      requires.flatMap((name) =>
        kind === "conda"
          ? (refs.conda.get(name) ?? [])
          : (refs.pip.get(normalised(name)) ?? refs.conda.get(normalised(name)) ?? []),
      ),
    );

  const bom = {
    $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
    bomFormat: "CycloneDX",
    specVersion: "1.6",
    serialNumber: `urn:uuid:${uuidOf(pack.contentSha256)}`,
    version: 1,
    metadata: {
      timestamp: new Date(pack.releaseSeconds * 1000).toISOString(),
      tools: { components: [{ type: "application", name: "slipway", version: pack.toolVersion }] },
      component: {
        type: "application",
        "bom-ref": root,
        name: pack.name,
        ...(pack.version !== undefined && { version: pack.version }),
        ...(project !== undefined && { purl: root, ...licences(project) }),
        ...(pack.sha256 !== undefined && { hashes: [{ alg: "SHA-256", content: pack.sha256 }] }),
        properties: [{ name: "slipway:pack:file", value: pack.file }],
      },
    },
    components: [
      ...conda.map(({ ref, part }) => ({
        type: "library",
        "bom-ref": ref,
        name: part.name,
        version: part.version,
        purl: ref,
        ...hashesOf(part),
        ...licences(part),
        ...(/^https?:/.test(part.url) && {
          externalReferences: [{ type: "distribution", url: part.url }],
        }),
      })),
      ...pip.map(({ ref, part }) => ({
        type: "library",
        "bom-ref": ref,
        name: part.name,
        version: part.version,
        purl: ref,
        ...licences(part),
      })),
    ],
    dependencies: [
      {
        ref: root,
        // An environment that is packed without a project is made of all that it holds.
        dependsOn:
          project === undefined
            ? sorted([...refs.conda.values(), ...refs.pip.values()])
            : needs(project, "pip"),
      },
      ...conda.map(({ ref, part }) => ({ ref, dependsOn: needs(part, "conda") })),
      ...pip.map(({ ref, part }) => ({ ref, dependsOn: needs(part, "pip") })),
    ],
  };
  return `${JSON.stringify(bom, undefined, 2)}\n`;
}

/** The digest of the file that a bill of materials speaks of; `undefined` where it says none. */
export function digestInBom(text: string): string | undefined {
  const hashes = listAt(parseJson(text), "metadata", "component", "hashes");
  const sha256 = hashes.find((hash) => textAt(hash, "alg") === "SHA-256");
  return textAt(sha256, "content")?.toLowerCase();
}

function packRef({ name, version }: PackContents): string {
  const tail = version === undefined ? "" : `@${encodeURIComponent(version)}`;
  return `pkg:generic/${encodeURIComponent(name)}${tail}`;
}

function hashesOf({ sha256, md5 }: CondaPart) {
  const hashes = [
    { alg: "SHA-256", content: sha256, form: /^[0-9a-f]{64}$/i },
    { alg: "MD5", content: md5, form: /^[0-9a-f]{32}$/i },
  ].flatMap(({ alg, content, form }) =>
    content !== undefined && form.test(content) ? [{ alg, content: content.toLowerCase() }] : [],
  );
  return hashes.length === 0 ? {} : { hashes };
}

/** References must be unique; the same package twice is one. */
function unique<Item extends { ref: string }>(items: readonly Item[]): readonly Item[] {
  const byRef = new Map(items.map((item) => [item.ref, item]));
  return [...byRef.values()].toSorted((left, right) => compare(left.ref, right.ref));
}

function sorted(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].toSorted(compare);
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

function normalised(name: string): string {
  return name.replaceAll(/[-_.]+/g, "-").toLowerCase();
}

/** A UUID of version 8: its bits are a digest's. @see https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-8 */
function uuidOf(sha256: string): string {
  const hex = sha256.toLowerCase();
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0b11) | 0b1000).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}
