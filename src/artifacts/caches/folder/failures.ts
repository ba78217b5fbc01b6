import { syncError } from "../../sync-errors.ts";

/** What the file system says, as the error that the step ends with. */
export function asFolderError(folder: string, thrown: unknown): unknown {
  const code = thrown instanceof Error && "code" in thrown ? thrown.code : undefined;
  const said = thrown instanceof Error ? thrown.message : String(thrown);
  const text = `The folder ${folder}: ${said}.`;
  const cause = { cause: thrown };
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
      return syncError("E_CACHE_FULL", text, cause);
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return syncError("E_CACHE_DENIED", text, cause);
    case "EIO":
    case "ESTALE":
    case "ETIMEDOUT":
    case "EHOSTDOWN":
      return syncError("E_CACHE_UNAVAILABLE", text, cause);
    case "ENOTDIR":
    case "ELOOP":
    case "ENAMETOOLONG":
      return syncError("E_CACHE_REFUSED", text, cause);
    default:
      return thrown;
  }
}
