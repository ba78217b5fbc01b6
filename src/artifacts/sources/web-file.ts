import { ask, refusal, type WebFile } from "../transfer/ask.ts";
import { type Digests, parseDigest } from "../transfer/digests.ts";
import { download, type SourceFacts } from "../transfer/download.ts";
import type { Means } from "../transfer/means.ts";
import { publicAddress } from "../transfer/public-address.ts";
import type { SourceFile } from "./source.ts";

/** A file that a web server has, with what the server itself says of it. */
export function webFile(means: Means, file: WebFile): SourceFile {
  return {
    title: publicAddress(file.url),
    look: () => lookAt(means, file),
    fetch: (path, facts, arrived) => download(means, file, path, facts, arrived),
  };
}

/** A signed address, and some servers, know GET alone. */
const noHead = new Set([400, 403, 405, 501]);

async function lookAt(means: Means, file: WebFile): Promise<SourceFacts> {
  const asked = await ask(means, file, { method: "HEAD", headers: {} });
  const answer = noHead.has(asked.status)
    ? await ask(means, file, { method: "GET", headers: { range: "bytes=0-0" } })
    : asked;
  if (answer.status !== 200 && answer.status !== 206)
    throw refusal(file, answer, means.clock.now());
  return {
    sizeBytes: sizeOf(answer.status, answer.headers),
    digests: digestsOf(answer.headers),
  };
}

function sizeOf(status: number, headers: Readonly<Record<string, string>>): number | undefined {
  const text =
    status === 206
      ? /\/(\d+)$/.exec(headers["content-range"] ?? "")?.[1]
      : headers["content-length"];
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** GitLab and repository managers name a file's digest in a header of this form. */
function digestsOf(headers: Readonly<Record<string, string>>): Digests {
  const sha256 = parseDigest("sha256", headers["x-checksum-sha256"] ?? "");
  return sha256 === undefined ? {} : { sha256 };
}
