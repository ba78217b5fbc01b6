import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startEmbeddedGitlab } from "../../src/embedded-gitlab/index.ts";
import type { EmbeddedGitlab } from "../../src/embedded-gitlab/index.ts";
import { call, field, fields } from "./call.ts";
import { openCast } from "./cast.ts";
import type { Actor, Cast } from "./cast.ts";

let gitlab: EmbeddedGitlab;
beforeAll(async () => {
  gitlab = await startEmbeddedGitlab();
});
afterAll(() => gitlab.close());

function send(cast: Cast, actor: Actor, rest: string, method = "GET", json?: unknown) {
  const path = `/projects/${cast.project.id}${rest}`;
  return call(gitlab, path, { method, headers: actor, ...(json === undefined ? {} : { json }) });
}

// GitLab's own request specs: spec/requests/api/ci/variables_spec.rb, spec/requests/api/members_spec.rb.
describe("CI/CD variables of a project", () => {
  test("are for Maintainers: developers 403, nobody and jobs 401, strangers 404", async () => {
    const cast = await openCast(gitlab);
    const statuses = async (rest: string, method?: string, json?: unknown) => {
      const actors = [cast.pat("maintainer"), cast.pat("developer"), {}, await cast.job("owner")];
      const answers = actors.map((actor) => send(cast, actor, rest, method, json));
      const stranger = send(cast, cast.pat("none"), rest, method, json);
      return (await Promise.all([...answers, stranger])).map(({ status }) => status);
    };
    expect(await statuses("/variables")).toEqual([200, 403, 401, 401, 404]);
    const made = { key: "KEY", value: "v" };
    expect(await statuses("/variables", "POST", made)).toEqual([201, 403, 401, 401, 404]);
    expect(await statuses("/variables/KEY")).toEqual([200, 403, 401, 401, 404]);
  });

  test("are made with their settings, and shown; a hidden one without its value", async () => {
    const cast = await openCast(gitlab);
    const maintainer = cast.pat("maintainer");
    const post = (json: unknown) => send(cast, maintainer, "/variables", "POST", json);
    const usual = await post({ key: "A", value: "VALUE" });
    expect([usual.status, usual.body]).toEqual([
      201,
      {
        variable_type: "env_var",
        key: "A",
        value: "VALUE",
        hidden: false,
        protected: false,
        masked: false,
        raw: false,
        environment_scope: "*",
        description: null,
      },
    ]);
    const file = { key: "B", value: "x", variable_type: "file", protected: true, description: "d" };
    expect((await post(file)).body).toMatchObject({
      variable_type: "file",
      protected: true,
      description: "d",
    });
    const hidden = await post({ key: "C", value: "PROTECTED_VALUE_2", masked_and_hidden: true });
    expect(hidden.body).toMatchObject({ value: null, hidden: true, masked: true });
    const listed = await send(cast, maintainer, "/variables");
    expect(fields(listed.body, "key")).toEqual(["A", "B", "C"]);
  });

  test.each([
    [{ key: "A", value: "short", masked: true }, { value: ["is invalid"] }],
    [{ key: "a b", value: "v" }, { key: ["can contain only letters, digits and '_'."] }],
    [{ key: "TAKEN", value: "v" }, { key: ["(TAKEN) has already been taken"] }],
  ])("%j is refused", async (json, message) => {
    const cast = await openCast(gitlab);
    const maintainer = cast.pat("maintainer");
    await send(cast, maintainer, "/variables", "POST", { key: "TAKEN", value: "v" });
    const { status, body } = await send(cast, maintainer, "/variables", "POST", json);
    expect([status, body]).toEqual([400, { message }]);
  });

  test("one key may have several scopes, of which one must then be named", async () => {
    const cast = await openCast(gitlab);
    const maintainer = cast.pat("maintainer");
    for (const environment_scope of ["staging", "production"])
      await send(cast, maintainer, "/variables", "POST", {
        key: "K",
        value: "v",
        environment_scope,
      });
    const ask = async (rest: string) => (await send(cast, maintainer, `/variables/${rest}`)).status;
    expect(await ask("K")).toBe(409);
    expect(await ask("K?filter[environment_scope]=production")).toBe(200);
    expect(await ask("K?filter[environment_scope]=none")).toBe(404);
    expect(await ask("MISSING")).toBe(404);
  });

  test("are changed and deleted; what is hidden stays masked", async () => {
    const cast = await openCast(gitlab);
    const maintainer = cast.pat("maintainer");
    const change = (key: string, json: unknown) =>
      send(cast, maintainer, `/variables/${key}`, "PUT", json);
    await send(cast, maintainer, "/variables", "POST", { key: "A", value: "v" });
    const hidden = { key: "H", value: "long-enough", masked_and_hidden: true };
    await send(cast, maintainer, "/variables", "POST", hidden);
    expect((await change("A", { value: "w", protected: true })).body).toMatchObject({
      value: "w",
      protected: true,
    });
    const refused = await change("H", { masked: false });
    expect([refused.status, field(refused.body, "message", "base", 0)]).toEqual([
      400,
      "The visibility setting cannot be changed for masked and hidden variables.",
    ]);
    expect((await change("NONE", { value: "x" })).status).toBe(404);
    expect((await send(cast, maintainer, "/variables/A", "DELETE")).status).toBe(204);
    expect((await send(cast, maintainer, "/variables/A", "DELETE")).status).toBe(404);
  });
});

describe("members of a project", () => {
  test("are shown to who may see the project, with role and end of membership", async () => {
    const cast = await openCast(gitlab);
    const maintainer = cast.pat("maintainer");
    const self = await call(gitlab, "/user", { headers: maintainer });
    const id = String(field(self.body, "id"));
    const seen = await send(cast, cast.pat("guest"), `/members/all/${id}`);
    expect(seen.body).toMatchObject({ access_level: 40, expires_at: null, state: "active" });
    const change = { access_level: 40, expires_at: "2027-01-31" };
    expect((await send(cast, maintainer, `/members/${id}`, "PUT", change)).body).toMatchObject({
      expires_at: "2027-01-31",
    });
    const listed = await send(cast, maintainer, "/members/all");
    expect(fields(listed.body, "access_level")).toEqual([40, 10]);
    const statuses = await Promise.all([
      send(cast, maintainer, "/members/all/999999"),
      send(cast, cast.pat("none"), `/members/all/${id}`),
      send(cast, {}, `/members/all/${id}`),
      send(cast, cast.pat("developer"), `/members/${id}`, "PUT", change),
    ]);
    expect(statuses.map(({ status }) => status)).toEqual([404, 404, 401, 403]);
  });
});
