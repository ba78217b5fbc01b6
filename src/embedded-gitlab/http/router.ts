import type { Answer } from "./answer.ts";
import type { Exchange } from "./exchange.ts";
import type { RouteAccess } from "../access/authenticate.ts";

export type Method = "GET" | "HEAD" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface Route {
  readonly method: Method;
  readonly segments: readonly string[];
  readonly access: RouteAccess;
  readonly handle: (exchange: Exchange) => Promise<Answer> | Answer;
}

export type RouteMatch =
  | { readonly kind: "route"; readonly route: Route; readonly params: ReadonlyMap<string, string> }
  | { readonly kind: "wrong method" }
  | { readonly kind: "none" };

/**
 * Declares a route of the REST API.
 *
 * `:name` stands for one part of the path, in which `/` is `%2F`; `*name` for one part or more.
 */
export function route(
  method: Method,
  pattern: string,
  handle: Route["handle"],
  access: RouteAccess = {},
): Route {
  return { method, segments: pattern.split("/").slice(1), access, handle };
}

/** Finds the route for a path as it came, not decoded. The first that fits wins; HEAD is answered as GET is. */
export function findRoute(
  routes: readonly Route[],
  method: string,
  segments: readonly string[],
): RouteMatch {
  let sawPath = false;
  for (const route of routes) {
    const params = matchSegments(route.segments, segments);
    if (params === undefined) continue;
    sawPath = true;
    if (route.method === method) return { kind: "route", route, params };
  }
  if (method === "HEAD") return findRoute(routes, "GET", segments);
  return { kind: sawPath ? "wrong method" : "none" };
}

function matchSegments(
  pattern: readonly string[],
  segments: readonly string[],
): ReadonlyMap<string, string> | undefined {
  const params = new Map<string, string>();
  const star = pattern.findIndex((part) => part.startsWith("*"));
  if (star < 0 ? pattern.length !== segments.length : segments.length < pattern.length) {
    return undefined;
  }
  const extra = segments.length - pattern.length;
  for (const [index, part] of pattern.entries()) {
    const from = star >= 0 && index > star ? index + extra : index;
    const to = index === star ? from + extra : from;
    const given = segments.slice(from, to + 1).join("/");
    if (part.startsWith(":") || part.startsWith("*")) params.set(part.slice(1), decode(given));
    else if (part !== given) return undefined;
  }
  return params;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
