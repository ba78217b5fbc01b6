import type { Source, Kind } from "./model.ts";
import type { Settings } from "./settings.ts";

/**
 * One source, in either spelling: `{type: maven, url: …}` is ours, `{class_name: MavenArtifactSource, base_uri: …}`
 * that of existing DAG repositories.
 *
 * @returns `undefined` where it has problems.
 */
export function readSource(name: string, settings: Settings): Source | undefined {
  const source = settings.has("class_name") ? readClass(settings) : readType(settings);
  return source === undefined ? undefined : { name, position: settings.position, ...source };
}

function readType(settings: Settings): Kind<Source> | undefined {
  const type = settings.required("type", "class_name");
  switch (type) {
    case undefined:
      return undefined;
    case "url":
      return { kind: "url", base: settings.optional("base") };
    case "file":
      return { kind: "file", folder: settings.optional("path") };
    case "gitlab":
    case "maven": {
      const url = readUrl(settings, settings.required("url"));
      return url === undefined ? undefined : { kind: type, url };
    }
    default:
      settings.problem(
        `The type "${type}" of ${settings.title} is not known; it is one of url, gitlab, maven, file.`,
      );
      return undefined;
  }
}

function readClass(settings: Settings): Kind<Source> | undefined {
  const name = settings.required("class_name");
  // It may be written with its module: `workflow_utils.artifact.MavenArtifactSource`.
  switch (name?.split(".").at(-1)) {
    case undefined:
      return undefined;
    case "MavenArtifactSource": {
      const url = readUrl(settings, settings.required("base_uri", "base_url"));
      return url === undefined ? undefined : { kind: "maven", url };
    }
    case "FsArtifactSource": {
      const base = settings.optional("base_uri") ?? settings.optional("base_url");
      if (base === undefined || /^https?:/i.test(base)) return { kind: "url", base };
      return { kind: "file", folder: withoutScheme(base) };
    }
    default:
      settings.problem(
        `The class "${name}" of ${settings.title} is not known; it is one of FsArtifactSource, MavenArtifactSource.`,
      );
      return undefined;
  }
}

/** `file:///srv/x` and `/srv/x` are the same folder. */
export function withoutScheme(uri: string): string {
  return uri.replace(/^file:(?:\/\/)?/i, "");
}

/** An address of http or https without a login: a secret in a repository's file is refused, not used. */
export function readUrl(settings: Settings, text: string | undefined): string | undefined {
  if (text === undefined) return undefined;
  const url = URL.parse(text);
  if (
    url === null ||
    !/^https?:$/.test(url.protocol) ||
    url.username !== "" ||
    url.password !== ""
  ) {
    settings.problem(
      `${settings.title} needs an http(s) address without user name or password as its address.`,
    );
    return undefined;
  }
  return text.replace(/\/+$/, "");
}
