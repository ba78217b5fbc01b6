import { assertMay, assertUser, readableProject } from "../access/permissions.ts";
import { json, noContent } from "../http/answer.ts";
import type { Answer } from "../http/answer.ts";
import type { Exchange } from "../http/exchange.ts";
import { param } from "../http/exchange.ts";
import { page } from "../http/pagination.ts";
import type { Parameters } from "../http/parameters.ts";
import { conflict, notFound, refuse } from "../http/refusals.ts";
import { route } from "../http/router.ts";
import { type Project, type ProjectVariable, variableTypes } from "../world/model.ts";

const base = "/projects/:id/variables";

/** https://docs.gitlab.com/api/project_level_variables/, gitlabhq lib/api/ci/variables.rb and its request spec */
export const variableRoutes = [
  route("GET", base, listVariables),
  route("POST", base, createVariable),
  route("GET", `${base}/:key`, getVariable),
  route("PUT", `${base}/:key`, updateVariable),
  route("DELETE", `${base}/:key`, deleteVariable),
];

async function listVariables(exchange: Exchange): Promise<Answer> {
  return page(exchange, ownerOf(exchange).variables, showVariable);
}

function getVariable(exchange: Exchange): Answer {
  return json(showVariable(existing(exchange, ownerOf(exchange))));
}

async function createVariable(exchange: Exchange): Promise<Answer> {
  const project = ownerOf(exchange);
  const parameters = await exchange.parameters();
  const hidden = parameters.boolean("masked_and_hidden") ?? false;
  const variable: ProjectVariable = {
    key: parameters.requiredText("key"),
    value: parameters.requiredText("value"),
    environmentScope: parameters.text("environment_scope") ?? "*",
    hidden,
    ...settings(parameters, {
      type: "env_var",
      protected: false,
      masked: hidden,
      raw: false,
      description: undefined,
    }),
  };
  assertValid(variable);
  const { key, environmentScope } = variable;
  if (project.variables.some((one) => one.key === key && one.environmentScope === environmentScope))
    throw refuse(400, { key: [`(${key}) has already been taken`] });
  project.variables.push(variable);
  return json(showVariable(variable), 201);
}

async function updateVariable(exchange: Exchange): Promise<Answer> {
  const project = ownerOf(exchange);
  const variable = existing(exchange, project);
  const parameters = await exchange.parameters();
  const changed: ProjectVariable = {
    ...variable,
    value: parameters.text("value") ?? variable.value,
    ...settings(parameters, variable),
  };
  if (variable.hidden && !changed.masked)
    throw refuse(400, {
      base: ["The visibility setting cannot be changed for masked and hidden variables."],
    });
  assertValid(changed);
  project.variables = project.variables.map((one) => (one === variable ? changed : one));
  return json(showVariable(changed));
}

function deleteVariable(exchange: Exchange): Answer {
  const project = ownerOf(exchange);
  const variable = existing(exchange, project);
  project.variables = project.variables.filter((one) => one !== variable);
  return noContent;
}

/** The project, for whoever may see its variables: Maintainers (`admin_build`). */
function ownerOf(exchange: Exchange): Project {
  assertUser(exchange);
  const project = readableProject(exchange);
  assertMay(exchange, project, "admin_project");
  return project;
}

function existing(exchange: Exchange, project: Project): ProjectVariable {
  const scope = exchange.query.get("filter[environment_scope]");
  const found = project.variables
    .filter(({ key }) => key === param(exchange, "key"))
    .filter(({ environmentScope }) => scope === null || environmentScope === scope);
  const [only, ...others] = found;
  if (only === undefined) throw notFound("Variable");
  if (others.length > 0)
    throw conflict(
      "There are multiple variables with provided parameters. Please use 'filter[environment_scope]'",
    );
  return only;
}

type Settings = Pick<ProjectVariable, "type" | "protected" | "masked" | "raw" | "description">;

function settings(parameters: Parameters, before: Settings): Settings {
  return {
    type: parameters.oneOf("variable_type", variableTypes) ?? before.type,
    protected: parameters.boolean("protected") ?? before.protected,
    masked: parameters.boolean("masked") ?? before.masked,
    raw: parameters.boolean("raw") ?? before.raw,
    description: parameters.text("description") ?? before.description,
  };
}

/** What can be masked: app/models/concerns/ci/maskable.rb. */
const maskable = /^[a-zA-Z0-9_+=/@:.~-]{8,}$/;

function assertValid({ key, value, masked }: ProjectVariable): void {
  if (!/^\w{1,255}$/.test(key))
    throw refuse(400, { key: ["can contain only letters, digits and '_'."] });
  if (masked && !maskable.test(value)) throw refuse(400, { value: ["is invalid"] });
}

function showVariable(variable: ProjectVariable) {
  return {
    variable_type: variable.type,
    key: variable.key,
    value: variable.hidden ? null : variable.value,
    hidden: variable.hidden,
    protected: variable.protected,
    masked: variable.masked,
    raw: variable.raw,
    environment_scope: variable.environmentScope,
    description: variable.description ?? null,
  };
}
