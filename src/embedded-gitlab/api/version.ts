import { assertUser } from "../access/permissions.ts";
import { json } from "../http/answer.ts";
import type { Answer } from "../http/answer.ts";
import type { Exchange } from "../http/exchange.ts";
import { route } from "../http/router.ts";

// The GitLab whose answers this server gives.
const version = "19.5.0";
const revision = "embedded";

/** https://docs.gitlab.com/api/metadata/ */
export const versionRoutes = [
  route("GET", "/version", getVersion, { scopes: ["read_user"] }),
  route("GET", "/metadata", getMetadata, { scopes: ["read_user"] }),
];

function getVersion(exchange: Exchange): Answer {
  assertUser(exchange);
  return json({ version, revision });
}

function getMetadata(exchange: Exchange): Answer {
  assertUser(exchange);
  const kas = { enabled: false, externalUrl: null, externalK8sProxyUrl: null, version: null };
  return json({ version, revision, kas, enterprise: false });
}
