/**
 * Starts work on items before it is needed, and gives the results in the order of the items.
 *
 * @param most how many items may be in work at once
 */
export async function* inOrder<Item, Result>(
  items: Iterable<Item> | AsyncIterable<Item>,
  most: number,
  start: (item: Item) => Promise<Result>,
): AsyncGenerator<Result> {
  const running: Promise<Result>[] = [];
  for await (const item of items) {
    const work = start(item);
    // Whoever takes the results meets the failure; until then it must not count as unhandled.
    work.catch(() => {});
    running.push(work);
    if (running.length < most) continue;
    const first = running.shift();
    if (first !== undefined) yield await first;
  }
  for (const work of running) yield await work;
}
