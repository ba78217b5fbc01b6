import * as fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { listAll, nextLink } from "../../src/gitlab/pages.ts";
import { type FaultServer, startFaultServer, status } from "../support/fault-server.ts";
import { testClient } from "../support/gitlab-client.ts";

let server: FaultServer;
const items = Array.from({ length: 7 }, (_, id) => ({ id }));

beforeEach(async () => {
  server = await startFaultServer((request) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    const at = Number(url.searchParams.get("cursor") ?? 0);
    const next = `${server.url}${url.pathname}?cursor=${at + 3}&per_page=3`;
    return {
      status: 200,
      headers:
        at + 3 < items.length
          ? { link: `<${server.url}/x>; rel="first", <${next}>; rel="next"` }
          : {},
      body: JSON.stringify(items.slice(at, at + 3)),
    };
  });
});

afterEach(() => server.close());

const call = { path: "/projects/7/things", purpose: "list things", needs: "Reporter" };

test("H22 every page is read, by the links that GitLab gives", async () => {
  const found = await listAll(testClient(server.api), call, "a thing");
  expect(found.map((fields) => fields.integer("id"))).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(server.seen[0]?.query.get("per_page")).toBe("100");
});

test("H22 a next page at another origin is refused, and gets no token", async () => {
  const stranger = await startFaultServer(() => ({ status: 200, body: "[]" }));
  server.next(
    status(200, [{ id: 1 }], { link: `<${stranger.api}/projects/7/things?page=2>; rel="next"` }),
  );
  await expect(listAll(testClient(server.api), call, "a thing")).rejects.toMatchObject({
    code: "E_GITLAB_REDIRECT",
  });
  expect(stranger.seen).toHaveLength(0);
  await stranger.close();
});

test("H22 pages that lead in a circle end", async () => {
  server.always(
    status(200, [{ id: 1 }], { link: `<${server.api}/projects/7/things?page=2>; rel="next"` }),
  );
  await expect(listAll(testClient(server.api), call, "a thing")).rejects.toThrow("in a circle");
});

test("H22 a page that is no list is an error that names the request", async () => {
  server.next(status(200, { items: [] }));
  await expect(listAll(testClient(server.api), call, "a thing")).rejects.toThrow(
    "GitLab's answer to GET /projects/7/things is not a list of a thing.",
  );
});

test("the next link is found among others, whatever their order and spacing", () => {
  const relation = fc.constantFrom("first", "last", "prev");
  fc.assert(
    fc.property(
      fc.array(relation, { maxLength: 4 }),
      fc.array(relation, { maxLength: 4 }),
      fc.constantFrom("", " "),
      (before, after, space) => {
        const links = [...before, "next", ...after].map(
          (rel) => `<https://g/${rel}?a=1,2>;${space}rel="${rel}"`,
        );
        expect(nextLink(links.join(`,${space}`))).toBe("https://g/next?a=1,2");
      },
    ),
  );
  expect(nextLink("")).toBeUndefined();
  expect(nextLink('<https://g/>; rel="prev"')).toBeUndefined();
});
