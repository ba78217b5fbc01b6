import { isAbsolute, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { type Token, tokenHeaders } from "../../gitlab/index.ts";
import { at } from "../file/model.ts";
import type { ResolvedArtifact } from "../file/resolve.ts";
import { syncError } from "../sync-errors.ts";
import type { WebFile } from "../transfer/ask.ts";
import type { Means } from "../transfer/means.ts";
import { publicAddress } from "../transfer/public-address.ts";
import { packageFileAt } from "./gitlab-address.ts";
import { gitlabFile } from "./gitlab-file.ts";
import { localFile } from "./local-file.ts";
import { mavenFile } from "./maven-file.ts";
import { parseCoordinates, pathOf } from "./maven-coordinates.ts";
import type { SourceFile } from "./source.ts";
import { webFile } from "./web-file.ts";

/**
 * The one server that is sent a token. It comes from the job's variables, never from a file of the repository: whoever
 * proposes a change of the file would else choose who gets the token.
 */
export interface TokenServer {
  /** Without a slash at its end. */
  readonly url: string;
  readonly token: Token;
}

/**
 * Opens the source of an artifact. Nothing is asked yet.
 *
 * @throws {StepError} E_ARTIFACT_ID where the id is nothing that such a source can have.
 */
export function openSource(
  artifact: Pick<ResolvedArtifact, "name" | "id" | "source" | "position">,
  means: Means,
  tokens: TokenServer | undefined,
): SourceFile {
  const { source, id } = artifact;
  switch (source.kind) {
    case "file":
      return localFile(resolve(means.cwd, source.folder ?? ".", pathOfId(artifact)));
    case "maven": {
      const coordinates = parseCoordinates(id);
      if ("problem" in coordinates) throw badId(artifact, coordinates.problem);
      const url = new URL(`${source.url}/${pathOf(coordinates)}`);
      return mavenFile(means, anonymousOr(url, tokens));
    }
    case "gitlab":
      return onTheWeb(artifact, source.url, means, tokens);
    case "url":
      if (/^file:/i.test(id)) return localFile(pathOfId(artifact));
      return onTheWeb(artifact, source.base, means, tokens);
  }
}

function onTheWeb(
  artifact: Parameters<typeof openSource>[0],
  base: string | undefined,
  means: Means,
  tokens: TokenServer | undefined,
): SourceFile {
  const url = URL.parse(artifact.id, base === undefined ? undefined : `${base}/`);
  if (url === null || !/^https?:$/.test(url.protocol))
    throw badId(artifact, "it is no http(s) address");
  if (url.username !== "" || url.password !== "")
    throw badId(artifact, "an address in a repository's file must hold no user name or password");
  const address = tokens === undefined ? undefined : packageFileAt(url, tokens.url);
  // A deploy token gets files, but not always the registry's lists of them.
  const isDeploy = tokens?.token.kind === "deploy";
  if (isDeploy && address !== undefined && address.file === undefined)
    throw badId(
      artifact,
      `it is the address of a page, which the deploy token in ${tokens.token.variable} cannot read; give the file's address in the API (…/packages/generic/NAME/VERSION/FILE), or a token with the scope read_api`,
    );
  return tokens === undefined || address === undefined || isDeploy
    ? webFile(means, anonymousOr(url, tokens))
    : gitlabFile({
        means,
        server: tokens.url,
        token: tokens.token,
        address,
        title: publicAddress(url),
        name: artifact.name,
      });
}

function anonymousOr(url: URL, tokens: TokenServer | undefined): WebFile {
  if (tokens === undefined || new URL(tokens.url).origin !== url.origin)
    return { url, credentials: {}, credentialsTitle: "asked without a token" };
  const { variable } = tokens.token;
  return {
    url,
    credentials: tokenHeaders(tokens.token),
    credentialsTitle: `asked with the token in ${variable}`,
  };
}

function pathOfId(artifact: Parameters<typeof openSource>[0]): string {
  const { id, source } = artifact;
  if (/^file:/i.test(id)) {
    const url = URL.parse(id);
    if (url === null || url.host !== "") throw badId(artifact, "it is no file on this machine");
    return fileURLToPath(url);
  }
  if (source.kind === "file" && source.folder === undefined && !isAbsolute(id))
    throw badId(artifact, "its source has no folder, so that it must be an absolute path");
  return id;
}

function badId({ name, position, id }: Parameters<typeof openSource>[0], why: string): Error {
  return syncError(
    "E_ARTIFACT_ID",
    `${at(position)}: the id ${JSON.stringify(id)} of ${name}: ${why}.`,
  );
}
