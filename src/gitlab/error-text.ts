import type { Answer } from "./http.ts";

/** What an answer that is no success says. */
export interface ErrorText {
  /** Never empty. */
  text: string;
  /** The scope that GitLab asks for, in an `insufficient_scope` answer. */
  scope?: string;
  /** The body is HTML: not GitLab's API has answered, or a server in front of it. */
  isHtml: boolean;
}

const shownCharacters = 300;

/**
 * Reads every shape of error that GitLab and the servers in front of it send: `message` as text, list or object,
 * `error` with `error_description`, plain text, HTML, nothing at all (H21).
 */
export function readErrorText({
  status,
  headers,
  body,
}: Pick<Answer, "status" | "headers" | "body">): ErrorText {
  const raw = body.toString("utf8");
  if (isHtml(headers["content-type"], raw)) {
    const [, title] = /<title[^>]*>([^<]*)<\/title>/i.exec(raw) ?? [];
    return { text: clean(title ?? "") || `a page of HTML, status ${status}`, isHtml: true };
  }
  const parsed = parseJson(raw);
  const structured = parsed === undefined ? undefined : readStructured(parsed);
  const fallback = clean(raw) || `an empty answer, status ${status}`;
  return { text: clean(structured?.text ?? "") || fallback, isHtml: false, ...scopeOf(structured) };
}

function scopeOf(structured: Structured | undefined): { scope?: string } {
  return structured?.scope === undefined ? {} : { scope: structured.scope };
}

/** The value of a JSON text, or `undefined` where it is none. */
export function parseJson(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch {
    return undefined;
  }
}

/** Whether a body is a page and not data, whatever its declared type says. */
export function isHtml(contentType: string | undefined, text: string): boolean {
  return /\bhtml\b/i.test(contentType ?? "") || /^\s*(<!doctype html|<html)/i.test(text);
}

interface Structured {
  text: string;
  scope?: string;
}

function readStructured(value: unknown): Structured | undefined {
  if (typeof value === "string") return { text: value };
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const { message, error, error_description: description, scope } = fields(value);
  const told = [flatten(message), flatten(error), flatten(description)].filter(
    (part) => part !== "",
  );
  return {
    text: [...new Set(told)].join(": "),
    ...(typeof scope === "string" ? { scope } : {}),
  };
}

function fields(value: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(value));
}

/** `{"name":["is too long","is empty"]}` becomes `name is too long, is empty`. */
function flatten(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value))
    return value
      .map(flatten)
      .filter((part) => part !== "")
      .join(", ");
  if (typeof value === "object")
    return Object.entries(value)
      .map(([name, inner]) =>
        ["error", "message", "base"].includes(name) ? flatten(inner) : `${name} ${flatten(inner)}`,
      )
      .join("; ");
  return String(value);
}

/** One printable line of limited length: what a server sends must not steer the log (S13). */
function clean(text: string): string {
  const line = text
    .replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
  return line.length > shownCharacters ? `${line.slice(0, shownCharacters)}…` : line;
}
