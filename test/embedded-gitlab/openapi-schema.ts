import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { field } from "./call.ts";

/** GitLab's own description of its API, with its known mistakes put right. */
export interface OpenApi {
  /** What of an answer contradicts the description: `$.name: expected string, got number`. */
  check(method: string, path: string, status: number, body: unknown): readonly string[];
}

/** `undefined` where the document is not at hand. */
export async function readOpenApi(): Promise<OpenApi | undefined> {
  const shared = process.env["SLIPWAY_SHARED"] ?? join(import.meta.dirname, "../../../shared");
  const text = await readFile(join(shared, "data/gitlab-openapi.json"), "utf8").catch(
    () => undefined,
  );
  if (text === undefined) return undefined;
  const document: unknown = JSON.parse(text);
  const corrections = field(document, "x-corrections");
  for (const correction of Array.isArray(corrections) ? corrections : []) {
    correct(document, String(field(correction, "pointer")), field(correction, "value"));
  }
  return {
    check(method, path, status, body) {
      const operation = field(document, "paths", `/api/v4${path}`, method);
      if (operation === undefined) return [`${method} ${path} is not described`];
      const answer = field(operation, "responses", String(status));
      if (answer === undefined) return [`${method} ${path} does not answer with ${status}`];
      const schema = field(answer, "content", "application/json", "schema");
      return schema === undefined ? [] : [...mismatches(document, schema, body, "$")];
    },
  };
}

function correct(document: unknown, pointer: string, value: unknown): void {
  const parts = pointer
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  const parent = field(document, ...parts.slice(0, -1));
  if (typeof parent !== "object" || parent === null) throw new TypeError(`Nothing at ${pointer}`);
  Object.assign(parent, { [parts.at(-1) ?? ""]: value });
}

function* mismatches(
  document: unknown,
  schema: unknown,
  value: unknown,
  at: string,
): Generator<string> {
  const reference = field(schema, "$ref");
  if (typeof reference === "string") {
    const target = field(document, ...reference.split("/").slice(1));
    yield* mismatches(document, target, value, at);
    return;
  }
  for (const part of listOf(field(schema, "allOf"))) yield* mismatches(document, part, value, at);
  if (value === null) return;
  const type = field(schema, "type");
  if (typeof type === "string" && !hasType(value, type)) {
    yield `${at}: expected ${type}, got ${JSON.stringify(value)}`;
    return;
  }
  const allowed = field(schema, "enum");
  if (Array.isArray(allowed) && !allowed.includes(value))
    yield `${at}: ${String(value)} is not allowed`;
  for (const name of listOf(field(schema, "required"))) {
    if (field(value, String(name)) === undefined) yield `${at}.${String(name)} is missing`;
  }
  const properties = field(schema, "properties");
  for (const [name, described] of Object.entries(isObject(properties) ? properties : {})) {
    const inner = field(value, name);
    if (inner !== undefined) yield* mismatches(document, described, inner, `${at}.${name}`);
  }
  for (const [index, item] of (Array.isArray(value) ? value : []).entries()) {
    yield* mismatches(document, field(schema, "items"), item, `${at}[${index}]`);
  }
}

function hasType(value: unknown, type: string): boolean {
  switch (type) {
    case "integer":
      return Number.isInteger(value);
    case "array":
      return Array.isArray(value);
    case "object":
      return isObject(value);
    default:
      return typeof value === type;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
