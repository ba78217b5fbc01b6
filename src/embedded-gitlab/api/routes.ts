import type { Route } from "../http/router.ts";
import { branchRoutes } from "./branches.ts";
import { genericPackageRoutes } from "./generic-packages.ts";
import { packageRoutes } from "./packages.ts";
import { projectRoutes } from "./projects.ts";
import { releaseDownloadRoutes } from "./release-downloads.ts";
import { releaseLinkRoutes } from "./release-links.ts";
import { releaseRoutes } from "./releases.ts";
import { tagRoutes } from "./tags.ts";
import { tokenRoutes } from "./tokens.ts";

/** Everything below `/api/v4`. The first that fits wins. */
export const apiRoutes: readonly Route[] = [
  ...projectRoutes,
  ...tokenRoutes,
  ...branchRoutes,
  ...tagRoutes,
  ...genericPackageRoutes,
  ...packageRoutes,
  ...releaseDownloadRoutes,
  ...releaseRoutes,
  ...releaseLinkRoutes,
];
