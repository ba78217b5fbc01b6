import { roles } from "../access/roles.ts";
import { json, noContent } from "../http/answer.ts";
import type { Answer } from "../http/answer.ts";
import type { Exchange } from "../http/exchange.ts";
import { param } from "../http/exchange.ts";
import { page } from "../http/pagination.ts";
import type { Parameters } from "../http/parameters.ts";
import { notFound } from "../http/refusals.ts";
import { route } from "../http/router.ts";
import type { PackageProtectionRule, Project } from "../world/model.ts";
import { administered } from "./protected-branches.ts";

const base = "/projects/:id/packages/protection/rules";
const levels = ["maintainer", "owner", "admin"] as const;

/** https://docs.gitlab.com/api/project_packages_protection_rules/ */
export const packageRuleRoutes = [
  route("GET", base, listRules),
  route("POST", base, createRule),
  route("PATCH", `${base}/:rule_id`, updateRule),
  route("DELETE", `${base}/:rule_id`, deleteRule),
];

async function listRules(exchange: Exchange): Promise<Answer> {
  const project = administered(exchange);
  return page(exchange, project.packageRules, (rule) => showRule(project, rule));
}

async function createRule(exchange: Exchange): Promise<Answer> {
  const project = administered(exchange);
  const parameters = await exchange.parameters();
  const rule: PackageProtectionRule = {
    id: exchange.world.nextId("package rule"),
    namePattern: parameters.requiredText("package_name_pattern"),
    packageType: parameters.requiredText("package_type"),
    minimumPush: readLevel(parameters, "minimum_access_level_for_push"),
    minimumDelete: readLevel(parameters, "minimum_access_level_for_delete"),
  };
  project.packageRules.push(rule);
  return json(showRule(project, rule), 201);
}

async function updateRule(exchange: Exchange): Promise<Answer> {
  const project = administered(exchange);
  const rule = existing(exchange, project);
  const parameters = await exchange.parameters();
  rule.namePattern = parameters.text("package_name_pattern") ?? rule.namePattern;
  rule.packageType = parameters.text("package_type") ?? rule.packageType;
  if (parameters.has("minimum_access_level_for_push")) {
    rule.minimumPush = readLevel(parameters, "minimum_access_level_for_push");
  }
  if (parameters.has("minimum_access_level_for_delete")) {
    rule.minimumDelete = readLevel(parameters, "minimum_access_level_for_delete");
  }
  return json(showRule(project, rule));
}

function deleteRule(exchange: Exchange): Answer {
  const project = administered(exchange);
  const rule = existing(exchange, project);
  project.packageRules = project.packageRules.filter((one) => one !== rule);
  return noContent;
}

function existing(exchange: Exchange, project: Project): PackageProtectionRule {
  const id = param(exchange, "rule_id");
  const rule = project.packageRules.find((one) => String(one.id) === id);
  if (rule === undefined) throw notFound("Package protection rule");
  return rule;
}

function readLevel(parameters: Parameters, name: string): number | undefined {
  const level = parameters.oneOf(name, levels);
  return level === undefined ? undefined : roles[level];
}

function showRule(project: Project, rule: PackageProtectionRule) {
  const nameOf = (minimum: number | undefined): string | null =>
    levels.find((level) => roles[level] === minimum) ?? null;
  return {
    id: rule.id,
    project_id: project.id,
    package_name_pattern: rule.namePattern,
    package_type: rule.packageType,
    minimum_access_level_for_push: nameOf(rule.minimumPush),
    minimum_access_level_for_delete: nameOf(rule.minimumDelete),
  };
}
