import { isSecretName } from "../../step/redact/secret-name.ts";
import { versionErrors } from "../errors.ts";
import {
  formatValue,
  parseTemplate,
  TemplateError,
  type Field,
  type Segment,
  type TemplateValue,
} from "./template.ts";

/** What a name in a template stands for. */
export type Found =
  | { readonly kind: "value"; readonly value: TemplateValue }
  /** A known name without a value here: an unset variable, no tag. */
  | { readonly kind: "missing"; readonly reason: string }
  | { readonly kind: "secret" }
  | { readonly kind: "unknown" };

export interface Names {
  find(name: string): Found;
  /** The names for the message about an unknown one. */
  readonly known: readonly string[];
}

/** What is known around a run, handed in by the step. */
export interface Surroundings {
  /** For `{$NAME}`. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Whether a value holds a secret although its variable has a harmless name: an address with a password. */
  readonly isSecret?: ((value: string) => boolean) | undefined;
  /** The one instant of the run, for `{now}`, `{utcnow}` and calendar versions. */
  readonly now: Date;
  readonly commitSha?: string | undefined;
  readonly branch?: string | undefined;
  /** Commits since the newest release tag, where the history is there. */
  readonly distanceToLatestTag?: number | undefined;
  readonly dirty?: boolean | undefined;
  /** The tags in the history of the commit; only read where no file holds the version. */
  readonly tags?: readonly string[] | undefined;
  /** What their names look like, where no configuration says it; by default `v{new_version}`. */
  readonly tagFormat?: string | undefined;
  /** Those on the commit itself. */
  readonly tagsHere?: readonly string[] | undefined;
}

/** Makes the names that every template may use: the environment, the instant, the commit. */
export function surroundingNames(around: Surroundings): Names {
  const { now, commitSha, branch, distanceToLatestTag, dirty } = around;
  const values = new Map<string, TemplateValue | undefined>([
    ["now", { at: now, zone: "local" }],
    ["utcnow", { at: now, zone: "utc" }],
    ["#", "#"],
    [";", ";"],
    ["commit_sha", commitSha],
    ["short_commit_sha", commitSha?.slice(0, 7)],
    ["branch_name", branch],
    [
      "short_branch_name",
      branch
        ?.replaceAll(/[^a-zA-Z0-9]/gu, "")
        .slice(0, 20)
        .toLowerCase(),
    ],
    ["distance_to_latest_tag", distanceToLatestTag?.toString()],
    ["dirty", dirty === undefined ? undefined : dirty ? "True" : "False"],
  ]);
  return {
    known: [...values.keys(), "$NAME"],
    find(name) {
      if (name.startsWith("$")) return findVariable(name.slice(1), around);
      if (!values.has(name)) return { kind: "unknown" };
      const value = values.get(name);
      if (value !== undefined) return { kind: "value", value };
      return { kind: "missing", reason: `{${name}} is not known here` };
    },
  };
}

/** Names with values of their own before the ones of another list. */
export function withNames(values: ReadonlyMap<string, string>, others: Names): Names {
  return {
    known: [...values.keys(), ...others.known],
    find(name) {
      const value = values.get(name);
      return value === undefined ? others.find(name) : { kind: "value", value };
    },
  };
}

/** Renders a template. @throws E_VERSION_TEMPLATE or E_VERSION_SECRET, naming `where`. */
export function renderTemplate(template: string, names: Names, where: string): string {
  return readTemplate(template, where)
    .map((segment) =>
      segment.kind === "literal" ? segment.text : renderField(segment, names, where),
    )
    .join("");
}

/** Parses a template. @throws E_VERSION_TEMPLATE, naming `where`. */
export function readTemplate(template: string, where: string): Segment[] {
  try {
    return parseTemplate(template);
  } catch (error) {
    if (!(error instanceof TemplateError)) throw error;
    throw versionErrors("E_VERSION_TEMPLATE", `${where}: ${error.message}`, { cause: error });
  }
}

/** Renders one field. @throws E_VERSION_TEMPLATE or E_VERSION_SECRET, naming `where`. */
export function renderField(field: Field, names: Names, where: string): string {
  const found = names.find(field.name);
  switch (found.kind) {
    case "value":
      try {
        return formatValue(field, found.value);
      } catch (error) {
        if (!(error instanceof TemplateError)) throw error;
        throw versionErrors("E_VERSION_TEMPLATE", `${where}: ${error.message}`, { cause: error });
      }
    case "missing":
      throw versionErrors("E_VERSION_TEMPLATE", `${where}: ${found.reason}`, {
        hint: "Set it, or take the name out of the template.",
      });
    case "secret":
      throw versionErrors(
        "E_VERSION_SECRET",
        `{${field.name}} must not be written into files or messages (${where})`,
      );
    case "unknown":
      throw versionErrors(
        "E_VERSION_TEMPLATE",
        `${where}: unknown name '${field.name}'. Known: ${names.known.join(", ")}`,
      );
  }
}

function findVariable(name: string, { env, isSecret }: Surroundings): Found {
  if (isSecretName(name)) return { kind: "secret" };
  const value = env[name];
  if (value === undefined || value === "")
    return { kind: "missing", reason: `the variable ${name} is not set` };
  return isSecret?.(value) === true ? { kind: "secret" } : { kind: "value", value };
}
