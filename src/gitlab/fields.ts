import { gitlabError } from "./errors.ts";

/**
 * The fields of a JSON object that came from outside, each checked when it is read.
 *
 * @throws {StepError} E_GITLAB_ANSWER, naming the field, where the answer is not what GitLab documents.
 */
export interface Fields {
  text(name: string): string;
  /** `undefined` where the field is absent, null or empty. */
  optionalText(name: string): string | undefined;
  integer(name: string): number;
  optionalInteger(name: string): number | undefined;
  flag(name: string): boolean | undefined;
  requiredObject(name: string): Fields;
  /** `undefined` where it is absent or null. */
  object(name: string): Fields | undefined;
  /** Empty where it is absent or null. */
  objects(name: string): readonly Fields[];
  /** Empty where it is absent or null. */
  texts(name: string): readonly string[];
}

/** @param what names the answer in errors: `the release v1.2.0`. */
export function fieldsOf(value: unknown, what: string): Fields {
  if (!isObject(value)) throw wrong(what, "it is not an object");
  const field = (name: string): unknown => value[name] ?? undefined;

  const fields: Fields = {
    text(name) {
      const found = field(name);
      if (typeof found !== "string") throw wrong(what, `${name} is not a text`);
      return found;
    },
    optionalText(name) {
      const found = field(name);
      return typeof found === "string" && found !== "" ? found : undefined;
    },
    integer(name) {
      const found = field(name);
      if (!isInteger(found)) throw wrong(what, `${name} is not a number`);
      return found;
    },
    optionalInteger(name) {
      const found = field(name);
      return isInteger(found) ? found : undefined;
    },
    flag(name) {
      const found = field(name);
      return typeof found === "boolean" ? found : undefined;
    },
    requiredObject(name) {
      return fieldsOf(field(name), `${name} of ${what}`);
    },
    object(name) {
      const found = field(name);
      return found === undefined ? undefined : fieldsOf(found, `${name} of ${what}`);
    },
    objects(name) {
      const found = field(name) ?? [];
      if (!Array.isArray(found)) throw wrong(what, `${name} is not a list`);
      return found.map((item) => fieldsOf(item, `${name} of ${what}`));
    },
    texts(name) {
      const found = field(name) ?? [];
      if (!Array.isArray(found)) throw wrong(what, `${name} is not a list`);
      return found.filter((item) => typeof item === "string");
    },
  };
  return fields;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isInteger(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value);
}

function wrong(what: string, why: string): Error {
  return gitlabError("E_GITLAB_ANSWER", `GitLab's answer is not ${what}: ${why}.`);
}
