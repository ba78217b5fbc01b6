import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import type { Log } from "../../step/log.ts";
import { codeOf, isObject, stringOf } from "./guards.ts";

/** A variable that activation sets; `undefined` unsets it. */
export type EnvironmentVariables = Map<string, string | undefined>;

const unsetMark = "***unset***";
const validName = /^[A-Za-z_][A-Za-z0-9_]*$/;

/**
 * The variables of an environment (CEP 32): `etc/conda/env_vars.d/*.json` in code-point order, then
 * `conda-meta/state`; later ones win. Names that no shell can set are left out with a warning.
 */
export function readVariables(prefix: string, log: Log): EnvironmentVariables {
  const variables: EnvironmentVariables = new Map();
  const add = (values: unknown, origin: string) => {
    for (const [name, value] of Object.entries(isObject(values) ? values : {})) {
      const text = typeof value === "number" ? String(value) : stringOf(value);
      if (!validName.test(name) || text === undefined || text.includes("\0")) {
        log.warn(`${origin}: the variable ${name} cannot be set by a shell; left out`);
        continue;
      }
      variables.delete(name);
      variables.set(name, text === unsetMark ? undefined : text);
    }
  };
  for (const name of listJson(join(prefix, "etc/conda/env_vars.d"))) {
    const place = `etc/conda/env_vars.d/${name}`;
    add(readJson(join(prefix, place), log), place);
  }
  const state = readJson(join(prefix, "conda-meta/state"), log);
  if (isObject(state)) add(state["env_vars"], "conda-meta/state");
  return variables;
}

function listJson(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => name.endsWith(".json"))
      .toSorted((left, right) => Buffer.compare(Buffer.from(left), Buffer.from(right)));
  } catch (error) {
    if (codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR") return [];
    throw error;
  }
}

function readJson(place: string, log: Log): unknown {
  try {
    return JSON.parse(readFileSync(place, "utf8"));
  } catch (error) {
    if (codeOf(error) !== "ENOENT") log.warn(`${place} is not JSON; its variables are left out`);
    return undefined;
  }
}
