/** Shapes of what was read from JSON that others wrote. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function stringOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The `code` of a system error: `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return isObject(error) ? stringOf(error["code"]) : undefined;
}
