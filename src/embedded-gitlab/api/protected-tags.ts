import { json, noContent } from "../http/answer.ts";
import type { Answer } from "../http/answer.ts";
import type { Exchange } from "../http/exchange.ts";
import { param } from "../http/exchange.ts";
import { page } from "../http/pagination.ts";
import { recordNotFound, unprocessable } from "../http/refusals.ts";
import { route } from "../http/router.ts";
import type { Project, ProtectedTag } from "../world/model.ts";
import { administered, readAccess, showAccess } from "./protected-branches.ts";

const base = "/projects/:id/protected_tags";

/** https://docs.gitlab.com/api/protected_tags/ */
export const protectedTagRoutes = [
  route("GET", base, listProtected),
  route("POST", base, protect),
  route("GET", `${base}/:name`, getProtected),
  route("DELETE", `${base}/:name`, unprotect),
];

async function listProtected(exchange: Exchange): Promise<Answer> {
  return page(exchange, administered(exchange).protectedTags, showProtectedTag);
}

function getProtected(exchange: Exchange): Answer {
  return json(showProtectedTag(existing(exchange, administered(exchange))));
}

async function protect(exchange: Exchange): Promise<Answer> {
  const project = administered(exchange);
  const parameters = await exchange.parameters();
  const name = parameters.requiredText("name");
  if (name === "") throw unprocessable({ name: ["can't be blank"] });
  if (project.protectedTags.some((tag) => tag.name === name)) {
    throw unprocessable({ name: ["has already been taken"] });
  }
  const createAccess = readAccess(
    exchange.world,
    project,
    parameters,
    "create_access_level",
    "allowed_to_create",
  );
  const created: ProtectedTag = { name, createAccess };
  project.protectedTags.push(created);
  return json(showProtectedTag(created), 201);
}

function unprotect(exchange: Exchange): Answer {
  const project = administered(exchange);
  const tag = existing(exchange, project);
  project.protectedTags = project.protectedTags.filter((one) => one !== tag);
  return noContent;
}

function existing(exchange: Exchange, project: Project): ProtectedTag {
  const found = project.protectedTags.find(({ name }) => name === param(exchange, "name"));
  if (found === undefined) throw recordNotFound();
  return found;
}

function showProtectedTag(tag: ProtectedTag) {
  return {
    name: tag.name,
    create_access_levels: tag.createAccess.map(showAccess),
  };
}
