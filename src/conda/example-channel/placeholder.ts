const length = 255;

/**
 * The long dummy prefix that a package holds where its files name the prefix they were built for: 255 bytes, as
 * conda-build makes it.
 */
export function placeholderFor(name: string): string {
  const start = `/home/builder/channel/${name}/_h_env`;
  return start
    .padEnd(length, "_placehold_placehold_placehold")
    .slice(0, length - 1)
    .concat("_");
}
