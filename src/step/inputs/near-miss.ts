/**
 * Names that are set and look like a misspelling of a known one: `POST_RELEASE_VERSION_BUM`.
 *
 * @returns pairs of what was set and what was probably meant.
 */
export function nearMisses(
  names: Iterable<string>,
  known: ReadonlySet<string>,
  wanted: readonly string[],
): readonly { got: string; meant: string }[] {
  const misses = [];
  const targets = wanted.map((name) => ({ name, letters: lettersOf(name) }));
  for (const got of names) {
    if (known.has(got)) continue;
    const upper = got.toUpperCase();
    const letters = lettersOf(upper);
    const meant = targets.find(
      (target) => mayBeNear(letters, target.letters, target.name) && isNear(upper, target.name),
    );
    if (meant !== undefined) misses.push({ got, meant: meant.name });
  }
  return misses;
}

/** Which letters a text has, a bit for each; letters may share a bit. */
function lettersOf(text: string): number {
  let letters = 0;
  for (let at = 0; at < text.length; at += 1) letters |= 1 << (text.charCodeAt(at) & 31);
  return letters;
}

/**
 * A slip brings in one letter and takes one away, at most. A job has a hundred variables and a step thirty inputs:
 * that most pairs have nothing in common is seen at once.
 */
function mayBeNear(got: number, wanted: number, { length }: string): boolean {
  let differing = 0;
  for (let bits = got ^ wanted; bits !== 0; bits &= bits - 1) differing += 1;
  return differing <= 2 * allowedSlips(length);
}

/** Whether a text is another one with a slip or two of the fingers. */
export function isNear(got: string, wanted: string): boolean {
  const allowed = allowedSlips(wanted.length);
  return (
    Math.abs(got.length - wanted.length) <= allowed && distance(got, wanted, allowed) <= allowed
  );
}

/** Short names are near each other by chance: PACK_NAME and PACKED_NAME are two things. */
function allowedSlips(length: number): number {
  return length < 6 ? 0 : length < 12 ? 1 : 2;
}

/**
 * Edit distance in which two swapped neighbours count once (optimal string alignment); of what is further apart than
 * `limit` only that it is. Every name of the environment is compared with every input, and most differ soon: only
 * what can still be within the limit is looked at.
 */
function distance(left: string, right: string, limit: number): number {
  const blank = (): number[] => Array.from({ length: right.length + 1 }, () => Infinity);
  let beforeLast = blank();
  let last = blank().map((_, index) => (index <= limit ? index : Infinity));
  let leastBefore = 0;
  for (let row = 1; row <= left.length; row += 1) {
    const current = blank();
    if (row <= limit) current[0] = row;
    let least = at(current, 0);
    for (let column = Math.max(1, row - limit); column <= row + limit; column += 1) {
      if (column > right.length) break;
      const same = left[row - 1] === right[column - 1];
      let best = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (same ? 0 : 1),
      );
      const swapped = left[row - 1] === right[column - 2] && left[row - 2] === right[column - 1];
      if (row > 1 && column > 1 && swapped) best = Math.min(best, at(beforeLast, column - 2) + 1);
      current[column] = best;
      least = Math.min(least, best);
    }
    if (least > limit && leastBefore > limit) return Infinity;
    leastBefore = least;
    beforeLast = last;
    last = current;
  }
  return at(last, right.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Infinity;
}
