import { json } from "./answer.ts";
import type { Answer } from "./answer.ts";
import type { Exchange } from "./exchange.ts";
import { queryParameters } from "./body.ts";
import { invalidParameter, refuse } from "./refusals.ts";

const largestPage = 100;
const largestOffset = 50_000;
// Beyond this GitLab leaves the totals out, because counting costs it too much.
const mostCounted = 10_000;

/** One page of a list, by `page` and `per_page`. https://docs.gitlab.com/api/rest/#offset-based-pagination */
export async function page<Item>(
  exchange: Exchange,
  items: readonly Item[],
  show: (item: Item) => unknown,
): Promise<Answer> {
  const parameters = queryParameters(exchange.query);
  const number = parameters.integer("page") ?? 1;
  const size = pageSize(exchange);
  if (number < 1) throw invalidParameter("page does not have a valid value");
  const offset = (number - 1) * size;
  if (offset > largestOffset) {
    throw refuse(405, `Offset pagination has a maximum allowed offset of ${largestOffset}`);
  }
  const body = await Promise.all(items.slice(offset, offset + size).map(show));
  return json(body, 200, pageHeaders(exchange, number, size, items.length));
}

/** One page by cursor: the answer has only `Link: rel="next"`, whose address holds the cursor. */
export async function keysetPage<Item>(
  exchange: Exchange,
  items: readonly Item[],
  cursorOf: (item: Item) => string,
  show: (item: Item) => unknown,
): Promise<Answer> {
  const size = pageSize(exchange);
  const cursor = exchange.query.get("cursor") ?? exchange.query.get("page_token") ?? undefined;
  const at = cursor === undefined ? -1 : items.findIndex((item) => cursorOf(item) === cursor);
  if (cursor !== undefined && at < 0) throw refuse(422, `Invalid page token: ${cursor}`);
  const shown = items.slice(at + 1, at + 1 + size);
  const last = shown.at(-1);
  const more = at + 1 + size < items.length;
  const headers: Record<string, string> = {};
  if (more && last !== undefined) {
    headers["link"] = link(
      exchange,
      { cursor: cursorOf(last), page_token: cursorOf(last) },
      "next",
    );
  }
  return json(await Promise.all(shown.map(show)), 200, headers);
}

/** Whether the client asked for pages by cursor. */
export function wantsKeyset(exchange: Exchange): boolean {
  return exchange.query.get("pagination") === "keyset";
}

function pageSize(exchange: Exchange): number {
  const size = queryParameters(exchange.query).integer("per_page") ?? 20;
  if (size < 1) throw invalidParameter("per_page does not have a valid value");
  return Math.min(size, largestPage);
}

function pageHeaders(exchange: Exchange, page: number, size: number, total: number) {
  const last = Math.max(1, Math.ceil(total / size));
  const counted = total <= mostCounted;
  const links = [
    page > 1 ? link(exchange, { page: page - 1, per_page: size }, "prev") : "",
    page < last ? link(exchange, { page: page + 1, per_page: size }, "next") : "",
    link(exchange, { page: 1, per_page: size }, "first"),
    counted ? link(exchange, { page: last, per_page: size }, "last") : "",
  ];
  return {
    link: links.filter((part) => part !== "").join(", "),
    "x-page": String(page),
    "x-per-page": String(size),
    "x-prev-page": page > 1 ? String(page - 1) : "",
    "x-next-page": page < last ? String(page + 1) : "",
    ...(counted ? { "x-total": String(total), "x-total-pages": String(last) } : {}),
  };
}

function link(exchange: Exchange, more: Record<string, string | number>, rel: string): string {
  const query = new URLSearchParams(exchange.query);
  // A token in the query is not repeated to whoever reads the headers.
  for (const secret of ["private_token", "job_token", "access_token"]) query.delete(secret);
  for (const [name, value] of Object.entries(more)) query.set(name, String(value));
  const path = (exchange.request.url ?? "").split("?")[0] ?? "";
  return `<${exchange.origin}${path}?${query.toString()}>; rel="${rel}"`;
}
