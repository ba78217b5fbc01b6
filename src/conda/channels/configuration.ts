import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { variable, type Environment } from "../environment.ts";
import { fieldsIn, isFields, textIn, textsIn, type Fields } from "../json-fields.ts";

/** What conda's configuration says about channels and the way to them. */
export interface Configuration {
  readonly channels: readonly string[];
  readonly channelAlias: string;
  readonly defaultChannels: readonly string[];
  /** Name → address of the folder that holds the channel. */
  readonly customChannels: Readonly<Record<string, string>>;
  /** Name or address → addresses of the channel, the preferred one first. */
  readonly mirrors: Readonly<Record<string, readonly string[]>>;
  readonly verify: boolean | string;
  readonly proxies: { readonly http?: string; readonly https?: string };
  readonly offline: boolean;
}

/**
 * Reads `.condarc` files (`/etc/conda`, the user's, the one that `CONDARC` names; later ones win) and the `CONDA_*`
 * variables that replace their keys.
 *
 * @param warn is told of files that are there and cannot be understood
 */
export async function readConfiguration(
  env: Environment,
  warn: (message: string) => void,
): Promise<Configuration> {
  const merged: Record<string, unknown> = {};
  for (const path of configurationFiles(env)) {
    const fields = await readYaml(path, warn);
    for (const [key, value] of Object.entries(fields)) {
      const before = merged[key];
      merged[key] = isFields(before) && isFields(value) ? { ...before, ...value } : value;
    }
  }
  const proxies = fieldsIn(merged, "proxy_servers");
  return {
    channels: textsIn(merged, "channels"),
    channelAlias: withoutSlash(
      variable(env, "CONDA_CHANNEL_ALIAS") ??
        textIn(merged, "channel_alias") ??
        "https://conda.anaconda.org",
    ),
    defaultChannels: hasTexts(merged, "default_channels")
      ? textsIn(merged, "default_channels")
      : ["https://repo.anaconda.com/pkgs/main", "https://repo.anaconda.com/pkgs/r"],
    customChannels: textsOf(fieldsIn(merged, "custom_channels")),
    mirrors: listsOf(fieldsIn(merged, "mirrored_channels")),
    verify: verification(variable(env, "CONDA_SSL_VERIFY") ?? merged["ssl_verify"]),
    proxies: textsOf(proxies),
    offline: isTrue(variable(env, "CONDA_OFFLINE") ?? merged["offline"]),
  };
}

function configurationFiles(env: Environment): readonly string[] {
  const home = variable(env, "HOME");
  const named = variable(env, "CONDARC");
  return [
    "/etc/conda/.condarc",
    ...(home === undefined ? [] : [join(home, ".config/conda/.condarc"), join(home, ".condarc")]),
    ...(named === undefined ? [] : [named]),
  ];
}

async function readYaml(path: string, warn: (message: string) => void): Promise<Fields> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return {};
  const { parse } = await import("yaml");
  try {
    const content: unknown = parse(text);
    if (isFields(content)) return content;
    if (content !== null) warn(`${path} is no mapping; it is left aside`);
  } catch (error) {
    warn(`${path} is no YAML and is left aside: ${error instanceof Error ? error.message : ""}`);
  }
  return {};
}

function verification(value: unknown): boolean | string {
  if (typeof value === "boolean") return value;
  if (typeof value !== "string" || value === "" || value === "<truststore>") return true;
  if (/^(true|yes|on|1|truststore)$/i.test(value)) return true;
  return /^(false|no|off|0)$/i.test(value) ? false : value;
}

function isTrue(value: unknown): boolean {
  return value === true || (typeof value === "string" && /^(true|yes|on|1)$/i.test(value));
}

function hasTexts(fields: Fields, name: string): boolean {
  return textsIn(fields, name).length > 0;
}

function textsOf(fields: Fields): Record<string, string> {
  const pairs = Object.keys(fields).map((key) => [key, textIn(fields, key)] as const);
  return Object.fromEntries(
    pairs.flatMap(([key, text]) => (text === undefined ? [] : [[key, text]])),
  );
}

function listsOf(fields: Fields): Record<string, readonly string[]> {
  return Object.fromEntries(Object.keys(fields).map((key) => [key, textsIn(fields, key)]));
}

function withoutSlash(address: string): string {
  return address.replace(/\/+$/, "");
}
