import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import type { HeadObjectCommandOutput, S3Client } from "@aws-sdk/client-s3";
import { syncError } from "../../sync-errors.ts";
import { chunkBytes, digestOfStream, type LocalCopy } from "../../transfer/local-copy.ts";
import type { Means } from "../../transfer/means.ts";
import { patiently } from "../../transfer/patience.ts";
import { type CacheStore, differs, type Stored } from "../store.ts";
import { openS3, type S3Access } from "./client.ts";
import { isAbsent, isTaken, lacksConditions, meaningOf, refusalOf } from "./failures.ts";

export interface S3Place {
  readonly title: string;
  readonly bucket: string;
  /** Without slashes at its ends; may be empty. */
  readonly prefix: string;
  readonly access: S3Access;
  /** From this size on a file goes in parts. */
  readonly partsAboveBytes: number;
  readonly means: Means;
}

/**
 * Keys of a bucket. An object appears at once, when all of it is there, and only where its key was free. The SHA-256
 * goes with it: as the store's own checksum where it is sent whole, and as metadata, which never changes.
 */
export function s3Store(place: S3Place): CacheStore {
  const { title, means } = place;
  let opened: Promise<S3Client> | undefined;
  const client = (): Promise<S3Client> => (opened ??= openS3(place.access, means));
  const keyOf = (name: string): string => (place.prefix === "" ? name : `${place.prefix}/${name}`);
  const asked = async <Result>(what: string, work: () => Promise<Result>): Promise<Result> =>
    patiently(async () => {
      try {
        return await work();
      } catch (error) {
        throw meaningOf(error, title, what);
      }
    }, means);

  const find = (name: string): Promise<Stored | undefined> =>
    asked(`look for ${name}`, async () => {
      const head = await headOf(await client(), place, keyOf(name));
      return head === undefined ? undefined : storedOf(head);
    });
  const readBack: CacheStore["readBack"] = (name) =>
    asked(`read ${name}`, async () => {
      const { GetObjectCommand } = await import("@aws-sdk/client-s3");
      const command = new GetObjectCommand({ Bucket: place.bucket, Key: keyOf(name) });
      const { Body } = await (await client()).send(command, { abortSignal: means.signal });
      if (!(Body instanceof Readable)) throw new TypeError("The object has no body");
      return digestOfStream(Body);
    });
  return {
    title,
    find,
    readBack,
    // Metadata cannot be added to an object without writing it again.
    async remember() {},
    async put(name, copy, sent) {
      const wanted = { title: "what was to be kept", ...copy };
      let counted = 0;
      const count = (bytes: number): void => {
        counted += bytes;
        sent(bytes);
      };
      await asked(`store ${name}`, async () => {
        sent(-counted);
        counted = 0;
        const there = await find(name);
        if (there === undefined) {
          try {
            await send(await client(), place, keyOf(name), copy, count);
            return;
          } catch (error) {
            if (!isTaken(error)) throw error;
          }
        }
        // Another run may have been quicker, or an attempt of ours whose answer was lost.
        const read =
          there?.sha256 === undefined ? await readBack(name) : { ...there, sha256: there.sha256 };
        if (read.sha256 !== copy.sha256) throw differs(name, { title, ...read }, wanted);
      });
      const head = await asked(`look for ${name}`, async () =>
        headOf(await client(), place, keyOf(name)),
      );
      const stored = head === undefined ? undefined : storedOf(head);
      // The metadata came from here: only a checksum of the store itself says that it has what was sent.
      const isChecked = head?.ChecksumSHA256 !== undefined;
      if (isChecked && stored?.sizeBytes === copy.sizeBytes && stored.sha256 === copy.sha256)
        return;
      const read = stored === undefined ? undefined : await readBack(name);
      if (read?.sha256 !== copy.sha256)
        throw syncError(
          "E_CACHE_NOT_PROVEN",
          `${title}: ${name} has the SHA-256 ${read?.sha256 ?? "of nothing"} after it was stored; sent was ${copy.sha256}.`,
        );
    },
  };
}

async function headOf(
  client: S3Client,
  { bucket, access, means }: S3Place,
  key: string,
): Promise<HeadObjectCommandOutput | undefined> {
  const { GetObjectCommand, HeadObjectCommand } = await import("@aws-sdk/client-s3");
  const command = new HeadObjectCommand({
    Bucket: bucket,
    Key: key,
    ...(access.checksums ? { ChecksumMode: "ENABLED" } : {}),
  });
  try {
    return await client.send(command, { abortSignal: means.signal });
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw await explained(error, () =>
      client.send(new GetObjectCommand({ Bucket: bucket, Key: key, Range: "bytes=0-0" })),
    );
  }
}

/** The answer to HEAD has no text; that to the same question with GET says why it is refused. */
async function explained(error: unknown, ask: () => Promise<unknown>): Promise<unknown> {
  if (refusalOf(error)?.status !== 403) return error;
  try {
    await ask();
    return error;
  } catch (better) {
    return better;
  }
}

/** The store's own checksum counts before what somebody noted; that of parts is not the file's. */
function storedOf(head: HeadObjectCommandOutput): Stored {
  const whole = head.ChecksumSHA256;
  const isWhole = whole !== undefined && head.ChecksumType !== "COMPOSITE" && !whole.includes("-");
  const noted = head.Metadata?.["sha256"];
  return {
    sizeBytes: head.ContentLength ?? 0,
    sha256: isWhole
      ? Buffer.from(whole, "base64").toString("hex")
      : noted !== undefined && /^[0-9a-f]{64}$/.test(noted)
        ? noted
        : undefined,
  };
}

async function send(
  client: S3Client,
  place: S3Place,
  key: string,
  copy: LocalCopy,
  sent: (bytes: number) => void,
): Promise<void> {
  try {
    await sendWhole(client, place, key, copy, sent, true);
  } catch (error) {
    if (!lacksConditions(error)) throw error;
    place.means.log.warn(
      `${place.title}: the store cannot create objects conditionally; two runs at the same time are not told apart.`,
    );
    await sendWhole(client, place, key, copy, sent, false);
  }
}

async function sendWhole(
  client: S3Client,
  place: S3Place,
  key: string,
  copy: LocalCopy,
  sent: (bytes: number) => void,
  isConditional: boolean,
): Promise<void> {
  const { means, access, bucket } = place;
  const object = {
    Bucket: bucket,
    Key: key,
    ContentType: "application/octet-stream",
    Metadata: { sha256: copy.sha256 },
    ...(isConditional ? { IfNoneMatch: "*" } : {}),
  };
  const Body = createReadStream(copy.path, { highWaterMark: chunkBytes });
  if (copy.sizeBytes > place.partsAboveBytes) {
    const { Upload } = await import("@aws-sdk/lib-storage");
    const upload = new Upload({
      client,
      params: { ...object, Body, ...(access.checksums ? { ChecksumAlgorithm: "SHA256" } : {}) },
      partSize: partBytes(copy.sizeBytes),
      queueSize: 3,
    });
    let loaded = 0;
    upload.on("httpUploadProgress", (progress) => {
      sent((progress.loaded ?? loaded) - loaded);
      loaded = progress.loaded ?? loaded;
    });
    const abort = (): void => void upload.abort();
    means.signal.addEventListener("abort", abort, { once: true });
    try {
      await upload.done();
    } finally {
      means.signal.removeEventListener("abort", abort);
      Body.destroy();
    }
    return;
  }
  const { PutObjectCommand } = await import("@aws-sdk/client-s3");
  Body.on("data", (chunk) => sent(chunk.length));
  Body.pause();
  const checksum = Buffer.from(copy.sha256, "hex").toString("base64");
  const command = new PutObjectCommand({
    ...object,
    Body,
    ContentLength: copy.sizeBytes,
    // The store compares it with what arrives, and keeps it.
    ...(access.checksums ? { ChecksumSHA256: checksum } : {}),
  });
  try {
    await client.send(command, { abortSignal: means.signal });
  } finally {
    Body.destroy();
  }
}

const mostParts = 10_000;
const smallestPart = 8 * 1024 * 1024;

/** Parts of a size that keeps their number within what stores take. */
function partBytes(sizeBytes: number): number {
  return Math.max(smallestPart, Math.ceil(sizeBytes / (mostParts - 1)));
}
