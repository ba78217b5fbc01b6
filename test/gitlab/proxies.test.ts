import { expect, test } from "vitest";
import { readProxies } from "../../src/gitlab/proxies.ts";

const cases = [
  { title: "no variable, no proxy", env: {}, http: "", https: "" },
  {
    title: "lower case wins",
    env: { https_proxy: "http://a", HTTPS_PROXY: "http://b" },
    http: "",
    https: "http://a",
  },
  {
    title: "an empty lower case gives way",
    env: { https_proxy: "", HTTPS_PROXY: "http://b" },
    http: "",
    https: "http://b",
  },
  {
    title: "https never goes by the http proxy",
    env: { HTTP_PROXY: "http://a" },
    http: "http://a",
    https: "",
  },
  {
    title: "ALL_PROXY serves both",
    env: { ALL_PROXY: "http://a" },
    http: "http://a",
    https: "http://a",
  },
  {
    title: "a proxy without scheme is an http proxy",
    env: { HTTPS_PROXY: "proxy:3128" },
    http: "",
    https: "http://proxy:3128",
  },
];
test.each(cases)("H14 $title", ({ env, http, https }) => {
  expect(readProxies(env)).toEqual({ http, https, none: "" });
});

test("H14 NO_PROXY is read in both cases", () => {
  expect(readProxies({ NO_PROXY: "a, .b" }).none).toBe("a, .b");
  expect(readProxies({ no_proxy: "c", NO_PROXY: "a" }).none).toBe("c");
});
