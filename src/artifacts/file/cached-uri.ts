import { pathToFileURL } from "node:url";
import type { Cache } from "./model.ts";

/** The address by which Spark finds an artifact in a cache. */
export function cachedUri(cache: Cache, name: string): string {
  switch (cache.kind) {
    case "folder":
      return `${pathToFileURL(cache.path).href.replace(/\/+$/, "")}/${name}`;
    case "hdfs":
      return `${cache.uri}/${name}`;
    case "s3":
      return ["s3a:/", cache.bucket, cache.prefix, name].filter((part) => part !== "").join("/");
  }
}
