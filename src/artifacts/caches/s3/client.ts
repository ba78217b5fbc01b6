import type { S3Client } from "@aws-sdk/client-s3";
import { type AuthorityFile, readTrust } from "../../../gitlab/index.ts";
import type { Secret } from "../../../step/secret.ts";
import type { Means } from "../../transfer/means.ts";

export interface S3Access {
  /** `undefined` for Amazon's own. */
  readonly endpoint: string | undefined;
  readonly region: string | undefined;
  /** Without them the SDK looks where it always does: profiles, web identity, the machine's role. */
  readonly keys:
    | { readonly id: Secret; readonly secret: Secret; readonly session: Secret | undefined }
    | undefined;
  /** Whether the store understands checksums and conditions: very old ones refuse their headers. */
  readonly checksums: boolean;
  readonly authorityFiles: readonly AuthorityFile[];
}

const connectMs = 20_000;
const stallMs = 300_000;

const silent = { debug() {}, info() {}, warn() {}, error() {} };

/** Loads the SDK and makes a client. Its own retries are for what it can send again; files are ours to repeat. */
export async function openS3(
  { endpoint, region, keys, checksums, authorityFiles }: S3Access,
  { environment }: Means,
): Promise<S3Client> {
  const [{ S3Client: Client }, http, https, ca] = await Promise.all([
    import("@aws-sdk/client-s3"),
    import("node:http"),
    import("node:https"),
    readTrust(authorityFiles),
  ]);
  const proxyEnv = Object.fromEntries(
    Object.entries(environment).filter(([name]) => /^(https?_proxy|no_proxy)$/i.test(name)),
  );
  const reach = { proxyEnv, keepAlive: true, maxSockets: 16 };
  const demand = checksums ? "WHEN_SUPPORTED" : "WHEN_REQUIRED";
  return new Client({
    // Stores of one's own rarely have a region; the signature wants one.
    region: region ?? "us-east-1",
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    ...(keys === undefined
      ? {}
      : {
          credentials: {
            accessKeyId: keys.id.reveal(),
            secretAccessKey: keys.secret.reveal(),
            ...(keys.session === undefined ? {} : { sessionToken: keys.session.reveal() }),
          },
        }),
    requestChecksumCalculation: demand,
    responseChecksumValidation: demand,
    maxAttempts: 4,
    // It would write into the job's log by itself, past the redactor.
    logger: silent,
    requestHandler: {
      connectionTimeout: connectMs,
      requestTimeout: stallMs,
      httpAgent: new http.Agent(reach),
      httpsAgent: new https.Agent({ ...reach, ca: [...ca] }),
    },
  });
}
