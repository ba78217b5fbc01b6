import { createHmac, timingSafeEqual } from "node:crypto";
import { redirect } from "../http/answer.ts";
import type { Answer } from "../http/answer.ts";
import { forbidden, notFound } from "../http/refusals.ts";
import type { PackageFile } from "../world/model.ts";
import type { World } from "../world/world.ts";

const storagePath = "/-/object-storage/";

/** A file for its reader: its bytes, or where the object storage has them. */
export function servePackageFile(world: World, file: PackageFile): Answer {
  if (world.objectStorageOrigin === undefined) return sendFile(file, { checksum: true });
  const query = new URLSearchParams({
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Expires": "600",
    "response-content-disposition": dispositionOf(file),
    "X-Amz-Signature": sign(world, file.id),
  });
  return redirect(`${world.objectStorageOrigin}${storagePath}${file.id}?${query.toString()}`);
}

/** The object storage's side: whoever brings the signature gets the bytes. */
export function serveStored(
  world: World,
  path: string,
  query: URLSearchParams,
): Answer | undefined {
  if (!path.startsWith(storagePath)) return undefined;
  const id = Number(path.slice(storagePath.length));
  const given = Buffer.from(query.get("X-Amz-Signature") ?? "");
  const expected = Buffer.from(sign(world, id));
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw forbidden();
  for (const project of world.projects.values()) {
    for (const one of project.packages) {
      const file = one.files.find((candidate) => candidate.id === id);
      if (file !== undefined) return sendFile(file, { checksum: false });
    }
  }
  throw notFound();
}

function sendFile(file: PackageFile, { checksum }: { readonly checksum: boolean }): Answer {
  return {
    status: 200,
    headers: {
      "content-type": contentTypeOf(shownName(file)),
      "content-disposition": dispositionOf(file),
      "content-transfer-encoding": "binary",
      ...(checksum ? { "x-checksum-sha256": file.sha256 } : {}),
    },
    body: { kind: "file", path: file.path, sizeBytes: file.sizeBytes },
  };
}

function dispositionOf(file: PackageFile): string {
  const name = shownName(file);
  return `attachment; filename="${name}"; filename*=UTF-8''${encodeURIComponent(name)}`;
}

function shownName(file: PackageFile): string {
  return decodeURIComponent(file.name).split("/").at(-1) ?? file.name;
}

function sign(world: World, fileId: number): string {
  return createHmac("sha256", world.storageKey).update(String(fileId)).digest("hex");
}

function contentTypeOf(name: string): string {
  const extension = /\.([a-z0-9]+)$/i.exec(name)?.[1]?.toLowerCase() ?? "";
  return contentTypes[extension] ?? "application/octet-stream";
}

const contentTypes: Readonly<Record<string, string>> = {
  gz: "application/gzip",
  json: "application/json",
  tgz: "application/gzip",
  txt: "text/plain",
  zip: "application/zip",
};
