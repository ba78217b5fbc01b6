import { StepError } from "./errors.ts";
import { kitError } from "./kit-errors.ts";

const full = new Set(["ENOSPC", "EDQUOT", "EIO"]);
const forbidden = new Set(["EACCES", "EPERM", "EROFS"]);
const exhausted = new Set(["ENOMEM", "EMFILE", "ENFILE", "EAGAIN"]);

/** What the file system says of a path that somebody gave: it is not there, or is something else than it should be. */
const misplaced = new Set(["ENOENT", "ENOTDIR", "EISDIR", "EEXIST", "ELOOP", "ENAMETOOLONG"]);

/** Whatever kept a place that an input names from being written, as the error to end with. */
export function asUnwritable(input: string, path: string, thrown: unknown): StepError {
  const error = asStepError(thrown);
  // The system names the place when a file is opened, and not when a disk has no room for its content (H18).
  if (error.code === "E_DISK" && !error.message.includes(path))
    return kitError("E_DISK", `${path} (${input}) cannot be written: ${error.message}`, {
      cause: thrown,
    });
  if (error.code !== "E_DEFECT" && error.code !== "E_NOT_WRITABLE") return error;
  if (error.code === "E_DEFECT" && !misplaced.has(systemCode(thrown))) return error;
  return kitError("E_NOT_WRITABLE", `${path} (${input}) cannot be written: ${error.message}`, {
    cause: thrown,
  });
}

/** Whatever was thrown, as the error that the step ends with: what the machine lacks is told from our own defects. */
export function asStepError(thrown: unknown): StepError {
  if (thrown instanceof StepError) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  const code = systemCode(thrown);
  if (full.has(code)) return kitError("E_DISK", message, { cause: thrown });
  if (forbidden.has(code)) return kitError("E_NOT_WRITABLE", message, { cause: thrown });
  if (exhausted.has(code)) return kitError("E_MACHINE", message, { cause: thrown });
  return kitError("E_DEFECT", message === "" ? "an error without a text" : message, {
    cause: thrown,
  });
}

function systemCode(thrown: unknown): string {
  if (typeof thrown !== "object" || thrown === null || !("code" in thrown)) return "";
  return typeof thrown.code === "string" ? thrown.code : "";
}
