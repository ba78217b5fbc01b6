import type { Format } from "./format.ts";

/**
 * The order of the parts: the labels of the first format, then every other group that some format uses, right behind
 * its nearest predecessor in the pattern. Groups that no format uses are left out.
 */
export function orderParts(formats: readonly Format[], groups: readonly string[]): string[] {
  const [first] = formats;
  const order = (first?.names ?? []).filter((name) => groups.includes(name));
  const used = new Set(formats.flatMap(({ names }) => names));
  for (const [index, name] of groups.entries()) {
    if (order.includes(name) || !used.has(name)) continue;
    const before = groups.slice(0, index).findLast((other) => order.includes(other));
    order.splice(before === undefined ? 0 : order.indexOf(before) + 1, 0, name);
  }
  return order;
}
