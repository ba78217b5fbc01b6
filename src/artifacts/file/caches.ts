import type { Cache, Kind } from "./model.ts";
import type { Settings } from "./settings.ts";
import { readUrl, withoutScheme } from "./sources.ts";

/**
 * One cache, in either spelling: `{type: webhdfs, url: …, path: …}` is ours, `{class_name: FsArtifactCache, base_uri:
 * hdfs://…}` that of existing DAG repositories.
 *
 * @returns `undefined` where it has problems.
 */
export function readCache(name: string, settings: Settings): Cache | undefined {
  const cache = settings.has("class_name") ? readClass(settings) : readType(settings);
  return cache === undefined ? undefined : { name, position: settings.position, ...cache };
}

function readType(settings: Settings): Kind<Cache> | undefined {
  const type = settings.required("type", "class_name");
  switch (type) {
    case undefined:
      return undefined;
    case "folder":
    case "nfs": {
      const path = settings.required("path");
      return path === undefined ? undefined : { kind: "folder", path: withoutScheme(path) };
    }
    case "webhdfs":
    case "httpfs":
      return readHdfs(settings, type);
    case "s3": {
      const bucket = settings.required("bucket");
      const endpoint = settings.has("endpoint")
        ? readUrl(settings, settings.optional("endpoint"))
        : undefined;
      const prefix = trimmed(settings.optional("prefix") ?? "");
      const region = settings.optional("region");
      return bucket === undefined ? undefined : { kind: "s3", bucket, prefix, endpoint, region };
    }
    default:
      settings.problem(
        `The type "${type}" of ${settings.title} is not known; it is one of folder, webhdfs, httpfs, s3.`,
      );
      return undefined;
  }
}

function readHdfs(settings: Settings, api: "webhdfs" | "httpfs"): Kind<Cache> | undefined {
  const given = settings.list("url");
  const urls = (given ?? []).flatMap((one) => readUrl(settings, one) ?? []);
  if (given === undefined || given.length === 0) settings.problem(`${settings.title} needs "url".`);
  const path = settings.required("path");
  if (path === undefined) return undefined;
  if (!path.startsWith("/")) {
    settings.problem(`"path" of ${settings.title} must be an absolute folder in HDFS.`);
    return undefined;
  }
  const folder = path.replace(/(?<=.)\/+$/, "");
  // Without an authority Spark takes its cluster's default file system.
  const uri = settings.optional("uri")?.replace(/\/+$/, "") ?? `hdfs://${folder}`;
  return { kind: "hdfs", api, urls, path: folder, uri };
}

function readClass(settings: Settings): Kind<Cache> | undefined {
  const name = settings.required("class_name");
  if (name === undefined) return undefined;
  if (name.split(".").at(-1) !== "FsArtifactCache") {
    settings.problem(
      `The class "${name}" of ${settings.title} is not known; it is FsArtifactCache.`,
    );
    return undefined;
  }
  const base = settings.required("base_uri", "base_url");
  if (base === undefined) return undefined;
  const [, scheme = "", rest = ""] = /^([a-z][\w+.-]*):\/\/(.*)$/is.exec(base) ?? [];
  switch (scheme.toLowerCase()) {
    case "":
    case "file":
      return { kind: "folder", path: withoutScheme(base) };
    case "s3":
    case "s3a":
    case "s3n": {
      const [bucket = "", ...keys] = rest.split("/");
      const prefix = trimmed(keys.join("/"));
      return { kind: "s3", bucket, prefix, endpoint: undefined, region: undefined };
    }
    case "hdfs":
    case "viewfs": {
      const path = `/${trimmed(rest.replace(/^[^/]*/, ""))}`;
      return { kind: "hdfs", api: "webhdfs", urls: [], path, uri: base.replace(/\/+$/, "") };
    }
    default:
      settings.problem(
        `"${base}" of ${settings.title} is of no known kind; it is a folder, file://, hdfs:// or s3://.`,
      );
      return undefined;
  }
}

function trimmed(path: string): string {
  return path.replaceAll(/^\/+|\/+$/g, "");
}
