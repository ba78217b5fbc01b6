import { readFileSync } from "node:fs";
import { join } from "node:path";

import { contentOfBytes } from "./content.ts";
import { decideText, type Decision, type DecisionContext } from "./decide-content.ts";
import type { PlanOptions } from "./options.ts";
import { normaliseName, type PipDistribution } from "./pip-distributions.ts";
import { onDisk, toRaw, toText, type RawPath } from "./raw-path.ts";
import { parseRecord } from "./records.ts";
import { scrubHistory, scrubRecord } from "./scrub-meta.ts";
import type { Survey } from "./survey.ts";

export const historyPath = "conda-meta/history";

/**
 * Files that tell of the environment itself and are rewritten without traces of the build.
 *
 * @returns what decides on a path: `"ordinary"` for every other file, `undefined` for one that must not be packed
 */
export function createMetaDecider(
  survey: Survey,
  options: PlanOptions,
  context: DecisionContext,
): (path: RawPath) => Decision | "ordinary" | undefined {
  const records = new Set(survey.packages.map(({ recordPath }) => recordPath));
  const origins = new Map(
    survey.distributions
      .filter(({ isLocal, isEditable }) => isLocal && !isEditable)
      .map((item) => [`${item.infoFolder}/direct_url.json`, item]),
  );
  return (path) => {
    if (records.has(path)) {
      const record = parseRecord(join(survey.prefix, toText(path)));
      return decideText(path, toRaw(scrubRecord(record)), context);
    }
    if (path === historyPath) {
      const text = readFileSync(onDisk(survey.prefix, path), "latin1");
      return decideText(
        path,
        scrubHistory(text, options.releaseSeconds, toRaw(survey.prefix)),
        context,
      );
    }
    const local = origins.get(path);
    return local ? decideOrigin(local, survey, options) : "ordinary";
  };
}

/** pip writes the folder on this machine; others can only use the repository (PEP 610). */
function decideOrigin(
  distribution: PipDistribution,
  survey: Survey,
  { projectName, projectOrigin }: PlanOptions,
): Decision | undefined {
  const locals = survey.distributions.filter(({ isLocal }) => isLocal);
  const isProject =
    projectName === undefined
      ? locals.length === 1
      : normaliseName(projectName) === distribution.name;
  if (projectOrigin === undefined || !isProject) return undefined;
  const { url, commit, subdirectory } = projectOrigin;
  const origin = {
    ...(subdirectory !== undefined && { subdirectory }),
    url,
    vcs_info: { commit_id: commit, vcs: "git" },
  };
  return { content: contentOfBytes(Buffer.from(JSON.stringify(origin))), isChanged: true };
}
