import type { UnpackedPackage } from "../packages/obtain-packages.ts";

/**
 * Puts packages behind what they depend on, by name where nothing decides; python comes before every noarch python
 * package. A circle is cut at the package that comes first by name.
 */
export function inLinkOrder(packages: readonly UnpackedPackage[]): readonly UnpackedPackage[] {
  const byName = new Map(
    packages
      .toSorted((a, b) => (a.info.name < b.info.name ? -1 : 1))
      .map((item) => [item.info.name, item]),
  );
  const ordered: UnpackedPackage[] = [];
  const visited = new Set<string>();
  const visit = (name: string): void => {
    const item = byName.get(name);
    if (item === undefined || visited.has(name)) return;
    visited.add(name);
    for (const dependency of dependenciesOf(item)) visit(dependency);
    ordered.push(item);
  };
  for (const name of byName.keys()) visit(name);
  return ordered;
}

function dependenciesOf({ info, resolved }: UnpackedPackage): readonly string[] {
  // The repodata may have been corrected since the package was built.
  const depends = resolved.depends.length > 0 ? resolved.depends : info.depends;
  const names = depends.map((spec) => spec.trim().split(/[\s=<>!~[]/)[0] ?? "");
  return info.noarch === "python" ? ["python", ...names.toSorted()] : names.toSorted();
}
