import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Configuration } from "./configuration.ts";
import { publicUrl } from "./public-url.ts";

/** A channel, ready to be asked. */
export interface Channel {
  /** As it was written, without credentials: for messages. */
  readonly title: string;
  /** Addresses of the same channel without trailing slash, the preferred one first; they may hold credentials. */
  readonly addresses: readonly [string, ...string[]];
  /** The first address without credentials: what is recorded. */
  readonly recorded: string;
}

/** What a channel is looked up in. */
export interface ChannelContext {
  readonly configuration: Configuration;
  /** What relative paths are relative to. */
  readonly folder: string;
}

/**
 * Resolves the name, address or path of a channel; `defaults` is several.
 *
 * @see https://github.com/conda/ceps/blob/main/cep-0026.md
 */
export function resolveChannel(text: string, context: ChannelContext): readonly Channel[] {
  const name = text.replace(/\/+$/, "");
  if (name === "defaults")
    return context.configuration.defaultChannels.flatMap((item) =>
      item === "defaults" ? [] : resolveChannel(item, context),
    );
  const address = withoutPlatform(addressOf(name, context));
  const { mirrors } = context.configuration;
  const listed = mirrors[name] ?? mirrors[address] ?? [];
  const [first = address, ...others] = listed.map((mirror) => mirror.replace(/\/+$/, ""));
  return [
    {
      title: isAddress(name) ? publicUrl(name) : name,
      addresses: [first, ...others],
      recorded: publicUrl(first).replace(/\/+$/, ""),
    },
  ];
}

function addressOf(name: string, { configuration, folder }: ChannelContext): string {
  if (name.startsWith("~/") || /^\.{0,2}[/\\]/.test(name) || name === "." || name === "..")
    return pathToFileURL(resolve(folder, name)).href;
  if (isAddress(name)) return name;
  // A custom channel may be named by the beginning of what is asked for: `internal/label/dev`.
  const [base = name] = name.split("/");
  const custom = configuration.customChannels[name] ?? configuration.customChannels[base];
  return `${(custom ?? configuration.channelAlias).replace(/\/+$/, "")}/${name}`;
}

function isAddress(name: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(name);
}

/** Some write the platform's folder as part of the address. */
function withoutPlatform(address: string): string {
  return address.replace(/\/(noarch|linux-(?:64|aarch64|ppc64le|s390x))$/, "");
}
