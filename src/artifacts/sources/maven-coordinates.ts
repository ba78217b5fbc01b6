/** A file of a Maven repository. */
export interface MavenCoordinates {
  group: string;
  artifact: string;
  version: string;
  classifier: string | undefined;
  /** Of the file's name: `jar`. */
  extension: string;
}

/** Packagings whose files are plain jars. @see https://maven.apache.org/ref/current/maven-core/artifact-handlers.html */
const jars = new Set([
  "jar",
  "bundle",
  "maven-plugin",
  "ejb",
  "test-jar",
  "java-source",
  "javadoc",
]);

/**
 * Reads `group:artifact:version`, `group:artifact:packaging:version` or `group:artifact:packaging:classifier:version`.
 *
 * @returns in words why it is none of them.
 */
export function parseCoordinates(id: string): MavenCoordinates | { problem: string } {
  const parts = id.trim().split(":");
  if (parts.length < 3 || parts.length > 5)
    return {
      problem:
        "Maven coordinates are group:artifact:version, group:artifact:packaging:version or group:artifact:packaging:classifier:version",
    };
  const odd = parts.find((part) => !/^[\w.+-]+$/.test(part) || /^\.+$/.test(part));
  if (odd !== undefined)
    return { problem: `${JSON.stringify(odd)} cannot be a part of Maven coordinates` };
  const [group = "", artifact = ""] = parts;
  const version = parts.at(-1) ?? "";
  const packaging = parts.length > 3 ? (parts[2] ?? "jar") : "jar";
  const classifier = parts.length === 5 ? parts[3] : undefined;
  if (/-SNAPSHOT$/i.test(version))
    return {
      problem: `${version} is a different file with every build, and a published name never gets other bytes; name a release, or one build of it by its time stamp (1.2-20260131.101500-3)`,
    };
  return {
    group,
    artifact,
    version,
    classifier,
    extension: jars.has(packaging) ? "jar" : packaging,
  };
}

/**
 * Path of the file in the layout that all Maven repositories have, from the repository's address on. One build of a
 * snapshot lies in the folder of the snapshot.
 *
 * @see https://maven.apache.org/repository/layout.html
 */
export function pathOf(coordinates: MavenCoordinates): string {
  const { group, artifact, version, classifier, extension } = coordinates;
  const folder = version.replace(/-\d{8}\.\d{6}-\d+$/, "-SNAPSHOT");
  const suffix = classifier === undefined ? "" : `-${classifier}`;
  const file = `${artifact}-${version}${suffix}.${extension}`;
  return [...group.split("."), artifact, folder, file].map(encodeURIComponent).join("/");
}
