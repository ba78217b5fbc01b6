/** What GitLab allows as `direct_asset_path`. @see https://docs.gitlab.com/user/project/releases/release_fields/ */
const allowed = /^\/[^/](?!.*\/\/.*)[-.\w/]+[\da-zA-Z]+$/;
const longest = 128;

/**
 * The stable addresses of files below a release: `/demo-1.0.tgz`. Signs that GitLab refuses become hyphens.
 *
 * @returns a path per name; none where no path of its own can be made of the name.
 */
export function assetPaths(names: readonly string[]): ReadonlyMap<string, string> {
  const paths = new Map<string, string>();
  const taken = new Set<string>();
  for (const name of names) {
    const path = assetPath(name);
    if (path === undefined || taken.has(path)) continue;
    taken.add(path);
    paths.set(name, path);
  }
  return paths;
}

function assetPath(name: string): string | undefined {
  const path = `/${name.replaceAll(/[^-.\w]+/g, "-").replace(/[^\da-zA-Z]+$/, "")}`;
  return allowed.test(path) && path.length <= longest ? path : undefined;
}
