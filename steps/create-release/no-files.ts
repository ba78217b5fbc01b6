import { type GitLab, listNewestPackages, type PackageId } from "../../src/gitlab/index.ts";
import type { StepContext, Values } from "../../src/step/index.ts";
import type { releaseInputs } from "./inputs.ts";

type NoFilesContext = Pick<StepContext, "log" | "origins"> & {
  readonly inputs: Pick<Values<typeof releaseInputs>, "PACKAGE_VERSION">;
};

/** So many packages are named of those that are there. */
const most = 5;

/**
 * A release without files is meant where nobody uploads any. Where somebody named a package, or where there is one of
 * this version under another name, it is rather a mistake in writing: that is a warning with what is there.
 */
export async function tellNoFiles(
  { inputs, log, origins }: NoFilesContext,
  gitlab: GitLab,
  wanted: PackageId,
): Promise<void> {
  const { name, version } = wanted;
  const packages = (await listNewestPackages(gitlab)).filter(
    (one) => one.name !== name || one.version !== version,
  );
  const nameOrigin = origins["PACKAGE_NAME"] ?? "PACKAGE_NAME";
  const said = [
    ...(nameOrigin === "CI_PROJECT_NAME" ? [] : [nameOrigin]),
    ...(inputs.PACKAGE_VERSION === undefined ? [] : ["PACKAGE_VERSION"]),
  ];
  const text = `The package registry holds no file of the package ${name} ${version}: the release links none of it.`;
  if (said.length === 0 && !packages.some((one) => one.version === version)) {
    log.info(text);
    return;
  }
  const check = said.length === 0 ? "Set PACKAGE_NAME" : `Check ${said.join(" and ")}`;
  log.warn(
    `${text} ${describe(packages, wanted)} ${check}, or upload the files, and run the job again: it adds what is missing. RELEASE_REQUIRED_FILES=* refuses a release without files.`,
  );
}

/** Those of the same name or version first, as the likeliest to be meant. */
function describe(packages: readonly PackageId[], wanted: PackageId): string {
  if (packages.length === 0) return "The project has no other generic package.";
  const rank = ({ name, version }: PackageId): number =>
    name === wanted.name ? 0 : version === wanted.version ? 1 : 2;
  const sorted = packages.toSorted((left, right) => rank(left) - rank(right));
  const named = sorted.slice(0, most).map(({ name, version }) => `${name} ${version}`);
  const rest = packages.length > most ? ", and others" : "";
  return `There are the packages ${named.join(", ")}${rest}.`;
}
