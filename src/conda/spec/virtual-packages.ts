import { release } from "node:os";
import { variable, type Environment } from "../environment.ts";
import { fieldsIn, isFields, textIn } from "../json-fields.ts";
import type { Platform } from "./environment-spec.ts";

/** A property of the machine that packages may depend on. */
export interface VirtualPackage {
  /** `__glibc` */
  readonly name: string;
  readonly version: string;
  readonly build: string;
}

/** What is known of the machine. */
export interface Machine {
  readonly platform: Platform;
  /** `uname -r` */
  readonly kernel: string;
  /** `undefined`: the machine has none (musl). */
  readonly glibc: string | undefined;
}

/** Looks at the machine; `CONDA_SUBDIR` names another platform. */
export function thisMachine(env: Environment): Machine {
  const own = process.arch === "arm64" ? "linux-aarch64" : "linux-64";
  return { platform: variable(env, "CONDA_SUBDIR") ?? own, kernel: release(), glibc: glibc() };
}

/**
 * The virtual packages of the machine, each one replaced by its `CONDA_OVERRIDE_*` variable. A pack runs elsewhere, so the processor is the plainest of its kind.
 *
 * @see https://github.com/conda/ceps/blob/main/cep-0030.md
 */
export function virtualPackages(machine: Machine, env: Environment): readonly VirtualPackage[] {
  const kernel = /^\d+\.\d+(\.\d+)*/.exec(machine.kernel)?.[0];
  const architecture = machine.platform === "linux-aarch64" ? "aarch64" : "x86_64";
  const versions: readonly (readonly [name: string, found: string | undefined])[] = [
    ["linux", kernel],
    ["glibc", machine.glibc],
    ["cuda", undefined],
  ];
  const archspec = override(env, "archspec", architecture);
  return [
    { name: "__unix", version: "0", build: "0" },
    ...versions.flatMap(([name, found]) => {
      const version = override(env, name, found);
      return version === undefined ? [] : [{ name: `__${name}`, version, build: "0" }];
    }),
    ...(archspec === undefined ? [] : [{ name: "__archspec", version: "1", build: archspec }]),
  ];
}

function override(env: Environment, name: string, found: string | undefined): string | undefined {
  return variable(env, `CONDA_OVERRIDE_${name.toUpperCase()}`)?.trim() ?? found;
}

function glibc(): string | undefined {
  // Host names are looked up for the report otherwise.
  Reflect.set(process.report, "excludeNetwork", true);
  const content: unknown = process.report.getReport();
  return isFields(content) ? textIn(fieldsIn(content, "header"), "glibcVersionRuntime") : undefined;
}
