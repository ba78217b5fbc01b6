import {
  type GitLab,
  listPackageProtection,
  matchesPattern,
  nameProblem,
  type Project,
  readGenericFileLimit,
  role,
} from "../../src/gitlab/index.ts";
import { humanSize } from "../../src/step/index.ts";
import { asking, type Check, verdicts } from "./check.ts";

/** Whether the release's files can be stored. */
export async function checkRegistry(
  gitlab: GitLab,
  project: Project | undefined,
  packageName: string,
): Promise<readonly Check[]> {
  return [
    checkEnabled(project),
    await checkProtection(gitlab, project, packageName),
    await checkLimits(gitlab),
  ];
}

function checkEnabled(project: Project | undefined): Check {
  const check = verdicts("registry", "Package registry", "switched on for the project");
  const access = project?.packagesAccess;
  if (access === undefined)
    return check.notProvable(
      "GitLab does not say",
      "Provable with an access token of a member with the scope read_api.",
    );
  if (access !== "disabled") return check.ok(`on (${access})`);
  return check.wrong(
    "switched off",
    "Switch it on (Settings, General, Visibility, Package registry): upload-package and create-release need it.",
  );
}

const levels: Readonly<Record<string, number>> = {
  maintainer: role.maintainer,
  owner: role.owner,
  admin: role.admin,
};

function checkProtection(
  gitlab: GitLab,
  project: Project | undefined,
  name: string,
): Promise<Check> {
  const check = verdicts(
    "registry-package",
    "Name of the package",
    "valid, and not protected from who releases",
  );
  return asking(check, "the role Maintainer and the scope read_api", async () => {
    const problem = nameProblem("name", name);
    if (problem !== undefined)
      return check.wrong(problem, "Set PACKAGE_NAME to a name that GitLab allows.");
    const rule = (await listPackageProtection(gitlab)).find(
      ({ packageType, pattern, leastRoleToPush }) =>
        packageType === "generic" && leastRoleToPush !== undefined && matchesPattern(pattern, name),
    );
    if (rule === undefined) return check.ok(name);
    const needed = levels[rule.leastRoleToPush ?? ""] ?? role.admin;
    const found = `${name} is protected (${rule.pattern}): ${rule.leastRoleToPush} or more may store it`;
    if ((project?.accessLevel ?? role.none) >= needed)
      return check.warning(
        found,
        `The tag's pipeline stores with the role of whoever started it: let only such people make release tags (Settings, Repository, Protected tags).`,
      );
    return check.wrong(
      found,
      "Lower the rule (Settings, Packages and registries, Protected packages), or let such a role release.",
    );
  });
}

async function checkLimits(gitlab: GitLab): Promise<Check> {
  const check = verdicts(
    "registry-limits",
    "Largest file of the registry",
    "larger than the packs",
  );
  const rights = "an administrator with the scope read_api";
  const answer = await asking(check, rights, async () => {
    const limit = await readGenericFileLimit(gitlab);
    return check.ok(limit === undefined || limit === 0 ? "no limit" : humanSize(limit));
  });
  if (answer.state !== "not provable") return answer;
  return { ...answer, found: "administrators alone may ask; 5 GiB unless it was changed" };
}
