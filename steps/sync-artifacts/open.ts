import {
  type ArtifactsFile,
  type CacheAccess,
  type Means,
  openCaches,
  type OpenArtifact,
  openSource,
  readArtifactsFiles,
  type ResolvedArtifact,
  resolveArtifacts,
  type TokenServer,
  groupArtifacts,
} from "../../src/artifacts/index.ts";
import {
  authorityFiles,
  chooseToken,
  forDownloads,
  openHttp,
  readProxies,
} from "../../src/gitlab/index.ts";
import type { SyncContext } from "./inputs.ts";

/** Reads what the files declare. @throws {StepError} E_ARTIFACTS_FILE with everything that is wrong. */
export async function readDeclared({ inputs, cwd, log }: SyncContext): Promise<{
  files: readonly ArtifactsFile[];
  artifacts: readonly ResolvedArtifact[];
}> {
  const { files, findings } = await readArtifactsFiles(inputs.ARTIFACT_FILES, cwd, log);
  const artifacts = resolveArtifacts(files, findings);
  findings.throwIfAny();
  if (artifacts.length === 0)
    log.warn(`${files.length} files were read; they declare no artifact.`);
  return { files, artifacts };
}

/** What sources and caches work with. */
export function openMeans(context: SyncContext): Means {
  const { inputs, environment, clock, log, signal, cwd, version, defer, workFolder } = context;
  const http = openHttp({
    userAgent: `slipway/${version}`,
    proxies: readProxies(environment),
    authorityFiles: authorityFiles(inputs),
    signal,
  });
  defer(() => http.close());
  return { http, clock, log, signal, cwd, environment, workFolder };
}

/** Who may be told a token: the GitLab of the job, or the one that SOURCE_GITLAB names. */
export function readTokenServer({ inputs, variable, log }: SyncContext): TokenServer | undefined {
  const { SOURCE_TOKEN, SOURCE_GITLAB: url, CI_JOB_TOKEN, GITLAB_TOKEN } = inputs;
  if (url === undefined) return undefined;
  // The job's token is for the job's own server alone.
  const isOwn = variable("CI_SERVER_URL")?.replace(/\/+$/, "") === url;
  const offers = [
    { variable: "SOURCE_TOKEN", secret: SOURCE_TOKEN },
    { variable: "CI_JOB_TOKEN", secret: isOwn ? CI_JOB_TOKEN : undefined },
    { variable: "GITLAB_TOKEN", secret: GITLAB_TOKEN },
  ];
  if (offers.every(({ secret }) => secret === undefined)) return undefined;
  const token = forDownloads(chooseToken(offers));
  log.info(`Package files of ${url} are read with the token in ${token.variable}.`);
  return { url, token };
}

/** Opens sources and caches of all artifacts, each cache once. */
export function openAll(
  context: SyncContext,
  artifacts: readonly ResolvedArtifact[],
  means: Means,
): readonly OpenArtifact[] {
  const grouped = groupArtifacts(artifacts);
  const tokens = readTokenServer(context);
  const caches = [...new Set(grouped.flatMap((one) => one.caches))];
  const stores = openCaches(caches, cacheAccess(context, means));
  return grouped.map((artifact) => ({
    artifact,
    source: openSource(artifact, means, tokens),
    stores: artifact.caches.flatMap((cache) => stores.get(cache) ?? []),
  }));
}

function cacheAccess({ inputs, redactor, defer }: SyncContext, means: Means): CacheAccess {
  const kerberos = {
    keytabFile: inputs.KERBEROS_KEYTAB_FILE,
    principal: inputs.KERBEROS_PRINCIPAL,
    krb5Config: inputs.KRB5_CONFIG,
    ticketCache: inputs.KRB5CCNAME,
  };
  const isKerberos = kerberos.keytabFile !== undefined || kerberos.ticketCache !== undefined;
  const {
    AWS_ACCESS_KEY_ID: id,
    AWS_SECRET_ACCESS_KEY: secret,
    AWS_SESSION_TOKEN: session,
  } = inputs;
  return {
    means,
    redactor,
    defer,
    authorityFiles: authorityFiles(inputs),
    hdfs: {
      urls: (inputs.WEBHDFS_URL ?? []).map((one) => one.replace(/\/+$/, "")),
      user: inputs.HDFS_USER,
      proxyUser: inputs.HDFS_PROXY_USER,
      token: inputs.HDFS_DELEGATION_TOKEN,
      kerberos: isKerberos || kerberos.principal !== undefined ? kerberos : undefined,
    },
    s3: {
      endpoint: inputs.S3_ENDPOINT,
      region: inputs.AWS_REGION,
      keys: id === undefined || secret === undefined ? undefined : { id, secret, session },
      checksums: inputs.S3_CHECKSUMS,
      partsAboveBytes: inputs.S3_MULTIPART_ABOVE,
    },
  };
}
