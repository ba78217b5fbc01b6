import type { LinkType, WantedLink } from "./releases.ts";

const types: readonly LinkType[] = ["other", "runbook", "image", "package"];

/**
 * Reads `name=url` or `name=url;type`, one a line. An image may be written as docker takes it, without `https://`.
 *
 * @returns the links, and a sentence for each line that is none.
 */
export function parseLinks(lines: readonly string[]): {
  links: readonly WantedLink[];
  problems: readonly string[];
} {
  const links: WantedLink[] = [];
  const problems: string[] = [];
  for (const line of lines) {
    const [, name = "", url = "", kind = "other"] =
      /^([^=]+)=(.+?)(?:;\s*([a-z]+))?$/.exec(line) ?? [];
    const type = types.find((known) => known === kind.trim());
    const address = type === "image" && !url.includes("://") ? `https://${url.trim()}` : url.trim();
    const parsed = URL.parse(address);
    if (name.trim() === "" || parsed === null || !/^(https?|ftp):$/.test(parsed.protocol))
      problems.push(`${JSON.stringify(line)} is not name=url with an http, https or ftp address`);
    else if (parsed.username !== "" || parsed.password !== "")
      problems.push(`the address of ${JSON.stringify(name.trim())} holds a user name or password`);
    else if (type === undefined)
      problems.push(`${JSON.stringify(kind)} is not one of ${types.join(", ")}`);
    else if (links.some((link) => link.name === name.trim() || link.url === address))
      problems.push(`${JSON.stringify(line)} repeats a name or an address`);
    else links.push({ name: name.trim(), url: address, type, path: undefined });
  }
  return { links, problems };
}
