import type { Route } from "../http/router.ts";
import { branchRoutes } from "./branches.ts";
import { catalogRoutes } from "./catalog.ts";
import { commitRoutes } from "./commits.ts";
import { fileRoutes } from "./files.ts";
import { genericPackageRoutes } from "./generic-packages.ts";
import { jobTokenScopeRoutes } from "./job-token-scope.ts";
import { jobRoutes } from "./jobs.ts";
import { memberRoutes } from "./members.ts";
import { mergeRequestRoutes } from "./merge-requests.ts";
import { mergeRoutes } from "./merge.ts";
import { noteRoutes } from "./notes.ts";
import { packageRuleRoutes } from "./package-rules.ts";
import { packageRoutes } from "./packages.ts";
import { pipelineRoutes } from "./pipelines.ts";
import { projectRoutes } from "./projects.ts";
import { protectedBranchRoutes } from "./protected-branches.ts";
import { protectedTagRoutes } from "./protected-tags.ts";
import { releaseDownloadRoutes } from "./release-downloads.ts";
import { releaseLinkRoutes } from "./release-links.ts";
import { releaseRoutes } from "./releases.ts";
import { tagRoutes } from "./tags.ts";
import { tokenRoutes } from "./tokens.ts";
import { treeRoutes } from "./tree.ts";
import { triggerRoutes } from "./triggers.ts";
import { variableRoutes } from "./variables.ts";
import { userRoutes } from "./users.ts";
import { versionRoutes } from "./version.ts";

/** Everything below `/api/v4`. The first that fits wins: fixed words come before parameters. */
export const apiRoutes: readonly Route[] = [
  ...versionRoutes,
  ...projectRoutes,
  ...tokenRoutes,
  ...userRoutes,
  ...jobRoutes,
  ...jobTokenScopeRoutes,
  ...variableRoutes,
  ...memberRoutes,
  ...branchRoutes,
  ...tagRoutes,
  ...protectedBranchRoutes,
  ...protectedTagRoutes,
  ...commitRoutes,
  ...fileRoutes,
  ...treeRoutes,
  ...mergeRoutes,
  ...mergeRequestRoutes,
  ...noteRoutes,
  ...genericPackageRoutes,
  ...packageRuleRoutes,
  ...packageRoutes,
  ...releaseDownloadRoutes,
  ...releaseRoutes,
  ...releaseLinkRoutes,
  ...catalogRoutes,
  ...pipelineRoutes,
  ...triggerRoutes,
];
