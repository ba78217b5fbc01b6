import { resolve } from "node:path";
import type { AuthorityFile } from "../../gitlab/index.ts";
import type { Redactor } from "../../step/redact/redactor.ts";
import type { Secret } from "../../step/secret.ts";
import { at, type Cache } from "../file/model.ts";
import { syncError } from "../sync-errors.ts";
import type { Means } from "../transfer/means.ts";
import { folderStore } from "./folder/store.ts";
import type { S3Access } from "./s3/client.ts";
import { s3Store } from "./s3/store.ts";
import type { CacheStore } from "./store.ts";
import { kerberosLogin, type KerberosSettings } from "./webhdfs/kerberos.ts";
import { type HdfsLogin, simpleLogin, tokenLogin } from "./webhdfs/login.ts";
import { hdfsStore } from "./webhdfs/store.ts";

/** Who asks the caches, and what their declarations leave open. */
export interface CacheAccess {
  readonly means: Means;
  readonly redactor: Redactor;
  readonly authorityFiles: readonly AuthorityFile[];
  /** Runs when the step ends. */
  readonly defer: (cleanUp: () => Promise<void>) => void;
  readonly hdfs: {
    /** For caches of HDFS whose declaration names no address. */
    readonly urls: readonly string[];
    readonly user: string | undefined;
    readonly proxyUser: string | undefined;
    readonly token: Secret | undefined;
    /** `undefined` where nothing of Kerberos is set. */
    readonly kerberos: Omit<KerberosSettings, "proxyUser"> | undefined;
  };
  readonly s3: Omit<S3Access, "authorityFiles"> & { readonly partsAboveBytes: number };
}

/** Opens each cache once. Nothing is asked yet. @throws {StepError} E_CACHE_SETTINGS with all that is missing. */
export function openCaches(
  caches: readonly Cache[],
  access: CacheAccess,
): ReadonlyMap<Cache, CacheStore> {
  const unaddressed = caches.filter(
    (cache) => cache.kind === "hdfs" && cache.urls.length === 0 && access.hdfs.urls.length === 0,
  );
  if (unaddressed.length > 0)
    throw syncError(
      "E_CACHE_SETTINGS",
      unaddressed
        .map(
          ({ name, position }) =>
            `${at(position)}: the cache ${name} names no address of its namenodes.`,
        )
        .join("\n"),
      {
        hint: "Set WEBHDFS_URL to their http(s) addresses, such as http://namenode.example.org:9870.",
      },
    );
  // Caches of one cluster share its login.
  const logins = new Map<string, HdfsLogin>();
  const loginAt = (title: string, urls: readonly string[]): HdfsLogin => {
    const key = urls.join(" ");
    const login = logins.get(key) ?? chooseLogin(title, urls, access);
    if (!logins.has(key)) access.means.log.info(`${title} is asked ${login.title}.`);
    if (!logins.has(key)) access.defer(async () => login.end?.());
    logins.set(key, login);
    return login;
  };
  return new Map(caches.map((cache) => [cache, openCache(cache, access, loginAt)]));
}

function openCache(
  cache: Cache,
  access: CacheAccess,
  loginAt: (title: string, urls: readonly string[]) => HdfsLogin,
): CacheStore {
  const { means, authorityFiles, hdfs, s3 } = access;
  switch (cache.kind) {
    case "folder": {
      const path = resolve(means.cwd, cache.path);
      return folderStore(`the cache ${cache.name} (${path})`, path);
    }
    case "hdfs": {
      const title = `the cache ${cache.name} (${cache.uri})`;
      const urls = cache.urls.length === 0 ? hdfs.urls : cache.urls;
      const login = loginAt(title, urls);
      return hdfsStore({ title, api: cache.api, urls, login, authorityFiles, means }, cache.path);
    }
    case "s3": {
      const { bucket, prefix } = cache;
      return s3Store({
        title: `the cache ${cache.name} (s3://${[bucket, prefix].filter((part) => part !== "").join("/")})`,
        bucket,
        prefix,
        access: {
          ...s3,
          endpoint: cache.endpoint ?? s3.endpoint,
          region: cache.region ?? s3.region,
          authorityFiles,
        },
        partsAboveBytes: s3.partsAboveBytes,
        means,
      });
    }
  }
}

function chooseLogin(
  title: string,
  urls: readonly string[],
  { means, redactor, authorityFiles, hdfs }: CacheAccess,
): HdfsLogin {
  const { user, proxyUser, token, kerberos } = hdfs;
  if (token !== undefined) return tokenLogin(token.reveal());
  if (kerberos === undefined) return simpleLogin(user, proxyUser);
  return kerberosLogin({
    title,
    urls,
    means,
    redactor,
    authorityFiles,
    kerberos: { ...kerberos, proxyUser },
  });
}
