import { asTransportError } from "../../../gitlab/index.ts";
import { StepError } from "../../../step/errors.ts";
import { syncError } from "../../sync-errors.ts";
import { transportFailure } from "../../transfer/failures.ts";
import { Passing } from "../../transfer/patience.ts";

/** What a store says, by the name and status of the SDK's error. */
export interface S3Refusal {
  readonly name: string;
  readonly status: number | undefined;
}

export function refusalOf(thrown: unknown): S3Refusal | undefined {
  if (!(thrown instanceof Error) || !("$metadata" in thrown)) return undefined;
  const { $metadata: metadata } = thrown;
  if (typeof metadata !== "object" || metadata === null || !("httpStatusCode" in metadata))
    return undefined;
  const { httpStatusCode: status } = metadata;
  return typeof status === "number" ? { name: thrown.name, status } : undefined;
}

export function isAbsent(thrown: unknown): boolean {
  const refusal = refusalOf(thrown);
  return refusal?.status === 404 && refusal.name !== "NoSuchBucket";
}

/** Somebody has the name already, or is about to. */
export function isTaken(thrown: unknown): boolean {
  const refusal = refusalOf(thrown);
  return refusal?.status === 412 || refusal?.name === "ConditionalRequestConflict";
}

/** The store does not know create-only requests. */
export function lacksConditions(thrown: unknown): boolean {
  return refusalOf(thrown)?.status === 501;
}

const credentials = new Set([
  "InvalidAccessKeyId",
  "SignatureDoesNotMatch",
  "ExpiredToken",
  "InvalidToken",
  "TokenRefreshRequired",
  "CredentialsProviderError",
]);
const regions = new Set(["PermanentRedirect", "AuthorizationHeaderMalformed", "301"]);
const full = new Set([
  "QuotaExceeded",
  "InsufficientStorage",
  "XMinioStorageFull",
  "EntityTooLarge",
]);

/** What an error of the SDK means for the run. @returns a `Passing` for what another try may cure. */
export function meaningOf(thrown: unknown, title: string, what: string): unknown {
  if (thrown instanceof StepError || thrown instanceof Passing) return thrown;
  if (!(thrown instanceof Error)) return thrown;
  const refusal = refusalOf(thrown);
  const said = `${title}: cannot ${what}`;
  const text = `${said}: ${refusal?.status ?? ""} ${thrown.name}: ${thrown.message}`.replace(
    / +/g,
    " ",
  );
  const cause = { cause: thrown };
  if (credentials.has(thrown.name))
    return syncError("E_CACHE_LOGIN", text, {
      hint: "Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN; a protected variable is empty on an unprotected branch.",
      ...cause,
    });
  if (thrown.name === "RequestTimeTooSkewed")
    return syncError("E_CACHE_LOGIN", text, {
      hint: `The clock of this machine says ${new Date().toISOString()}; the store's differs by more than it allows.`,
      ...cause,
    });
  if (regions.has(thrown.name) || refusal?.status === 301)
    return syncError("E_CACHE_REFUSED", text, {
      hint: 'The bucket is in another region: set "region" of the cache, or AWS_REGION.',
      ...cause,
    });
  if (thrown.name === "NoSuchBucket") return syncError("E_CACHE_REFUSED", text, cause);
  if (full.has(thrown.name) || refusal?.status === 507)
    return syncError("E_CACHE_FULL", text, cause);
  if (refusal?.status === 403) return syncError("E_CACHE_DENIED", text, cause);
  if (thrown.name === "ObjectParentIsFile")
    return syncError("E_ARTIFACT_DIFFERS", `${text}: a file has the name of the folder.`, cause);
  if (refusal?.status === undefined)
    return isNetwork(thrown)
      ? transportFailure("CACHE", asTransportError(thrown), said, thrown)
      : thrown;
  const mayPass =
    refusal.status >= 500 ||
    refusal.status === 429 ||
    refusal.status === 408 ||
    thrown.name === "SlowDown";
  return mayPass
    ? new Passing(syncError("E_CACHE_UNAVAILABLE", text, cause))
    : syncError("E_CACHE_REFUSED", text, cause);
}

function isNetwork(error: Error): boolean {
  return (
    ("code" in error &&
      typeof error.code === "string" &&
      /^(E[A-Z]+|ERR_|CERT_|UNABLE_|DEPTH_|SELF_)/.test(error.code)) ||
    error.name === "TimeoutError" ||
    /socket hang up|aborted|timed? ?out/i.test(error.message)
  );
}
