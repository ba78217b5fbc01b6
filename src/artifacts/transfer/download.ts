import { type FileHandle, open } from "node:fs/promises";
import type { Answer } from "../../gitlab/index.ts";
import { syncError } from "../sync-errors.ts";
import { askOnce, refusal, type WebFile } from "./ask.ts";
import { digestKinds, type Digests, type Hashes, startHashes } from "./digests.ts";
import type { LocalCopy } from "./local-copy.ts";
import type { Means } from "./means.ts";
import { patiently } from "./patience.ts";
import { publicAddress } from "./public-address.ts";

/** What a source says of a file before it is read. */
export interface SourceFacts {
  /** `undefined` where it does not say. */
  readonly sizeBytes: number | undefined;
  readonly digests: Digests;
}

/** What has arrived so far. */
interface Part {
  readonly handle: FileHandle;
  sizeBytes: number;
  hashes: Hashes;
  /** By it the server tells whether the file is still the same. */
  validator: string | undefined;
}

/**
 * Downloads a file to a path on this machine, hashing it as it passes. A transfer that breaks off goes on where it
 * stopped, where the server can tell that the file is still the same.
 *
 * @param arrived is told of every piece, in bytes; of a negative number where pieces have to come again.
 * @throws {StepError} E_SOURCE_DIGEST where size or digests are not those that the source names.
 */
export async function download(
  means: Means,
  file: WebFile,
  path: string,
  facts: SourceFacts,
  arrived: (bytes: number) => void,
): Promise<LocalCopy> {
  await using handle = await open(path, "w");
  const part: Part = {
    handle,
    sizeBytes: 0,
    hashes: startHashes(facts.digests),
    validator: undefined,
  };
  await patiently(() => fetchRest(means, file, part, facts, arrived), means);
  const { sizeBytes } = part;
  const digests = part.hashes.digests();
  prove(publicAddress(file.url), facts, { sizeBytes, digests });
  return { path, sizeBytes, sha256: digests.sha256 };
}

/** Compares what came with what the source names. @throws {StepError} E_SOURCE_DIGEST */
export function prove(
  title: string,
  facts: SourceFacts,
  got: { sizeBytes: number; digests: Digests },
): void {
  if (facts.sizeBytes !== undefined && facts.sizeBytes !== got.sizeBytes)
    throw syncError(
      "E_SOURCE_DIGEST",
      `${title} has ${got.sizeBytes} bytes; the source names ${facts.sizeBytes}.`,
    );
  for (const kind of digestKinds) {
    const [wanted, has] = [facts.digests[kind], got.digests[kind]];
    if (wanted !== undefined && wanted !== has)
      throw syncError(
        "E_SOURCE_DIGEST",
        `${title} has the ${kind} ${has}; the source names ${wanted}.`,
      );
  }
}

async function fetchRest(
  { http, clock }: Means,
  file: WebFile,
  part: Part,
  facts: SourceFacts,
  arrived: (bytes: number) => void,
): Promise<void> {
  const startAnew = async (): Promise<void> => {
    arrived(-part.sizeBytes);
    part.sizeBytes = 0;
    part.hashes = startHashes(facts.digests);
    await part.handle.truncate(0);
  };
  if (part.validator === undefined) await startAnew();
  const headers: Record<string, string> =
    part.sizeBytes > 0
      ? { range: `bytes=${part.sizeBytes}-`, "if-range": part.validator ?? "" }
      : {};
  const answer = await askOnce(http, file, {
    method: "GET",
    headers,
    async begin(head) {
      // The server sends the whole again: what was kept counts no more.
      if (head.status !== 206) await startAnew();
      part.validator = validatorOf(head);
    },
    async receive(chunk) {
      await part.handle.write(chunk, 0, chunk.length, part.sizeBytes);
      part.hashes.update(chunk);
      part.sizeBytes += chunk.length;
      arrived(chunk.length);
    },
  });
  if (answer.status === 200 || answer.status === 206) return;
  // Asked to go on, a server may find that there is nothing to go on with.
  if (answer.status === 416) await startAnew();
  throw refusal(file, answer, clock.now());
}

/** Only a strong validator proves that the rest belongs to what is there. @see RFC 9110, 13.1.5 */
function validatorOf({ headers }: Pick<Answer, "headers">): string | undefined {
  const { etag } = headers;
  return etag === undefined || etag.startsWith("W/") ? undefined : etag;
}
