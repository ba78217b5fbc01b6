import { planBump, type BumpPlan } from "../../src/version/plan.ts";
import type { Changelog } from "../../src/version/plan-changelog.ts";
import type { Operation } from "../../src/version/operation.ts";
import type { Surroundings } from "../../src/version/text/names.ts";
import { memorySource } from "./memory-source.ts";
import { around } from "./schemes.ts";

type Files = Readonly<Record<string, string | Buffer>>;

/** Plans a bump of a project in memory; a bare name is a part to bump. */
export function plan(
  files: Files,
  operation: Operation | string = { kind: "release" },
  more: Partial<Surroundings> = {},
  changelog?: Changelog,
): Promise<BumpPlan> {
  return planBump({
    source: memorySource(files),
    operation: typeof operation === "string" ? { kind: "bump", part: operation } : operation,
    around: { ...around, ...more },
    changelog,
  });
}

/** The edited files of a plan, as text. */
export async function edited(...request: Parameters<typeof plan>): Promise<Record<string, string>> {
  const { edits } = await plan(...request);
  return Object.fromEntries(edits.map(({ path, after }) => [path, after.toString()]));
}

/** The configuration of the release flow's project. */
export const workflowConfig = String.raw`[bumpversion]
current_version = 0.15.0.dev
parse = (?P<major>\d+)\.(?P<minor>\d+)\.(?P<patch>\d+)(\.(?P<release>[a-z0-9]+))?
serialize =
	{major}.{minor}.{patch}.{release}
	{major}.{minor}.{patch}

[bumpversion:part:release]
optional_value = unused
values =
	dev
	unused

[bumpversion:file:setup.cfg]
search = version = {current_version}
replace = version = {new_version}
`;

export const workflowProject = {
  ".bumpversion.cfg": workflowConfig,
  "setup.cfg": "[metadata]\nname = job\nversion = 0.15.0.dev\n",
};

/** A plain X.Y.Z configuration with further lines. */
export function plainConfig(version: string, ...lines: string[]): string {
  return ["[bumpversion]", `current_version = ${version}`, ...lines, ""].join("\n");
}
