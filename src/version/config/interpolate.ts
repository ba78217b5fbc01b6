/** A `%` that Python's basic interpolation refuses. */
export class InterpolationError extends Error {}

const depthLimit = 10;

/**
 * Python's `BasicInterpolation`, which holds for files named `setup.cfg`: `%%` is `%`, `%(key)s` is the value of a key
 * of the same section or of `[DEFAULT]`.
 *
 * @throws {InterpolationError} for any other `%`, an unknown key, or a depth of more than ten.
 */
export function interpolate(
  value: string,
  lookUp: (key: string) => string | undefined,
  depth = 1,
): string {
  if (depth > depthLimit) throw new InterpolationError(`'${value}' is nested too deeply`);
  return value.replaceAll(/%(?:%|\((?<key>[^)]+)\)s|)/gu, (token, key: string | undefined) => {
    if (token === "%%") return "%";
    if (key === undefined)
      throw new InterpolationError(`a single '%' in '${value}'; write '%%' for the character`);
    const found = lookUp(key);
    if (found === undefined) throw new InterpolationError(`unknown option '${key}' in '${value}'`);
    return interpolate(found, lookUp, depth + 1);
  });
}
