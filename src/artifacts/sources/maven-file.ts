import { ask, refusal, type WebFile } from "../transfer/ask.ts";
import { type Digests, type DigestKind, parseDigest } from "../transfer/digests.ts";
import type { Means } from "../transfer/means.ts";
import type { SourceFile } from "./source.ts";
import { webFile } from "./web-file.ts";

/** Best first. MD5 alone is what the oldest files have. */
const kinds = ["sha256", "sha512", "sha1", "md5"] as const satisfies readonly DigestKind[];

/** A file of a Maven repository, with the best checksum that lies beside it. */
export function mavenFile(means: Means, file: WebFile): SourceFile {
  const plain = webFile(means, file);
  return {
    ...plain,
    async look() {
      const facts = await plain.look();
      const digests = await readChecksum(means, file);
      if (Object.keys(digests).length === 0 && facts.digests.sha256 === undefined)
        means.log.warn(`${plain.title} has no checksum beside it; only its length is compared.`);
      return { ...facts, digests: { ...digests, ...facts.digests } };
    },
  };
}

async function readChecksum(means: Means, file: WebFile): Promise<Digests> {
  for (const kind of kinds) {
    const beside: WebFile = { ...file, url: new URL(`${file.url.href}.${kind}`) };
    const answer = await ask(means, beside, { method: "GET", headers: {} });
    // Some repositories answer 403 for what is not there.
    if (answer.status === 404 || answer.status === 403 || answer.status === 410) continue;
    if (answer.status !== 200) throw refusal(beside, answer, means.clock.now());
    const digest = parseDigest(kind, answer.body.toString("utf8"));
    if (digest !== undefined) return { [kind]: digest };
  }
  return {};
}
