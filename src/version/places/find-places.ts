import { versionErrors } from "../errors.ts";
import type { FileSource } from "../file-source.ts";
import { isSameVersion } from "../standards/compare.ts";
import { findChartPlaces } from "./chart-places.ts";
import { findGradlePlaces } from "./gradle-places.ts";
import { findMavenPlaces } from "./maven/maven-places.ts";
import { findNodePlaces } from "./node-places.ts";
import type { VersionPlace } from "./place.ts";
import { findPythonPlaces, findSetupPlace, findVersionFile } from "./python-places.ts";
import { findRustPlaces } from "./toml-places.ts";

export interface FoundPlaces {
  readonly places: readonly VersionPlace[];
  readonly tagTool: string | undefined;
  readonly warnings: readonly string[];
}

/** Where a version is looked for beside the files of bump configurations, for messages. */
export const placePaths =
  "package.json, Cargo.toml, pom.xml, gradle.properties, Chart.yaml, VERSION, setup.py, tags";

/**
 * Every place that is known to hold the version, the leading one first; a place named twice counts once.
 *
 * @throws E_VERSION_PLACES where they hold different versions.
 */
export async function findVersionPlaces(source: FileSource): Promise<FoundPlaces> {
  const python = await findPythonPlaces(source);
  const maven = await findMavenPlaces(source);
  const all = [
    ...python.places,
    ...(await findNodePlaces(source)),
    ...(await findRustPlaces(source)),
    ...maven.places,
    ...(await findGradlePlaces(source)),
    ...(await findChartPlaces(source)),
    ...(await findVersionFile(source)),
    ...(await findSetupPlace(source)),
  ];
  const places = all.filter(
    (place, index) =>
      all.findIndex((one) => one.path === place.path && one.span.start === place.span.start) ===
      index,
  );
  const leading = places.filter(({ isMirror }) => !isMirror);
  const [first] = leading;
  if (first !== undefined && !leading.every((one) => isSameVersion(one.version, first.version)))
    throw versionErrors(
      "E_VERSION_PLACES",
      `Several places hold different versions:\n${leading.map(({ title, version }) => `- ${title}: ${version}`).join("\n")}`,
    );
  return { places, tagTool: python.tagTool, warnings: maven.warnings };
}
