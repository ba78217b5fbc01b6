import { stat } from "node:fs/promises";
import { syncError } from "../sync-errors.ts";
import { prove, type SourceFacts } from "../transfer/download.ts";
import { digestOfStream, piecesOf } from "../transfer/local-copy.ts";
import type { SourceFile } from "./source.ts";

/** A file on this machine. It is read where it is. */
export function localFile(path: string): SourceFile {
  return {
    title: path,
    look: () => lookAt(path),
    async fetch(_path, facts, arrived) {
      const { sizeBytes, sha256 } = await digestOfStream(piecesOf(path));
      arrived(sizeBytes);
      prove(path, facts, { sizeBytes, digests: { sha256 } });
      return { path, sizeBytes, sha256 };
    },
  };
}

async function lookAt(path: string): Promise<SourceFacts> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isFile() !== true)
    throw syncError("E_SOURCE_MISSING", `${path} is no file on this machine.`);
  const { sizeBytes, sha256 } = await digestOfStream(piecesOf(path));
  return { sizeBytes, digests: { sha256 } };
}
