import { createHash } from "node:crypto";
import type { Answer } from "../../../gitlab/index.ts";
import { syncError } from "../../sync-errors.ts";
import { HdfsRefusal, isTaken } from "./answers.ts";
import type { FileChecksum } from "./checksum.ts";
import type { HdfsClient } from "./client.ts";

export interface FileStatus {
  readonly isFile: boolean;
  readonly sizeBytes: number;
  readonly blockBytes: number;
  /** Octal: `644`. */
  readonly permission: string;
}

/** The file operations of HDFS that publishing is made of. */
export interface HdfsFiles {
  status(path: string): Promise<FileStatus | undefined>;
  /** What is in a folder; nothing where there is no folder. */
  list(path: string): Promise<readonly { name: string; changedMs: number }[]>;
  /** `undefined` where the cluster does not compute one. */
  checksum(path: string): Promise<FileChecksum | undefined>;
  /** Reads a file to its end and hashes it. */
  digest(path: string): Promise<{ sha256: string; sizeBytes: number }>;
  /** @returns whether the file now has the name; never replaces. */
  rename(from: string, to: string): Promise<boolean>;
  remove(path: string): Promise<void>;
  setPermission(path: string, octal: string): Promise<void>;
  /** `undefined` where there is none, or the cluster has no attributes. */
  attribute(path: string, name: string): Promise<string | undefined>;
  /** @returns whether it could be set. */
  setAttribute(path: string, name: string, value: string): Promise<boolean>;
}

export function hdfsFiles(client: HdfsClient): HdfsFiles {
  /** Runs a call; refusals that `expected` knows are its value, every other one ends the run. */
  const run = async <Result>(
    call: Parameters<HdfsClient["call"]>[0],
    read: (answer: Answer) => Result,
    expected: (refusal: HdfsRefusal) => { value: Result } | undefined = () => undefined,
  ): Promise<Result> => {
    try {
      return read(await client.call(call));
    } catch (error) {
      if (!(error instanceof HdfsRefusal)) throw error;
      const known = expected(error);
      if (known !== undefined) return known.value;
      throw client.meaning(error);
    }
  };
  const absent = (refusal: HdfsRefusal) =>
    refusal.is("FileNotFoundException") ? { value: undefined } : undefined;

  return {
    status: (path) =>
      run<FileStatus | undefined>(
        { method: "GET", op: "GETFILESTATUS", path },
        (answer) => readStatus(answer, path),
        absent,
      ),
    list: (path) =>
      run<readonly { name: string; changedMs: number }[]>(
        { method: "GET", op: "LISTSTATUS", path },
        readList,
        () => ({ value: [] }),
      ),
    checksum: (path) =>
      run<FileChecksum | undefined>(
        { method: "GET", op: "GETFILECHECKSUM", path },
        readChecksum,
        (refusal) => (refusal.status === 401 ? undefined : { value: undefined }),
      ),
    async digest(path) {
      let hash = createHash("sha256");
      let sizeBytes = 0;
      const call = {
        method: "GET",
        op: "OPEN",
        path,
        // Each attempt reads from the start.
        begin() {
          hash = createHash("sha256");
          sizeBytes = 0;
        },
        receive(chunk: Uint8Array) {
          hash.update(chunk);
          sizeBytes += chunk.length;
        },
      } as const;
      await run(call, () => undefined);
      const sha256 = hash.digest("hex");
      return { sha256, sizeBytes };
    },
    rename: (from, to) =>
      run(
        {
          method: "PUT",
          op: "RENAME",
          path: from,
          // Without the option the namenode would move it into a folder of that name.
          query: { destination: to, renameoptions: "NONE" },
        },
        // A namenode answers nothing to this form, HttpFS whether it could.
        (answer) => answer.body.length === 0 || readBoolean(answer),
        (refusal) =>
          isTaken(refusal) || refusal.is("FileNotFoundException") ? { value: false } : undefined,
      ),
    remove: (path) => run({ method: "DELETE", op: "DELETE", path }, () => undefined, absent),
    setPermission: (path, octal) =>
      run(
        { method: "PUT", op: "SETPERMISSION", path, query: { permission: octal } },
        () => undefined,
      ),
    attribute: (path, name) =>
      run<string | undefined>(
        {
          method: "GET",
          op: "GETXATTRS",
          path,
          query: { "xattr.name": name, encoding: "text" },
        },
        (answer) => readAttribute(answer, name),
        () => ({ value: undefined }),
      ),
    setAttribute: async (path, name, value) => {
      for (const flag of ["CREATE", "REPLACE"]) {
        const query = { "xattr.name": name, "xattr.value": `"${value}"`, flag };
        const isSet = await run(
          { method: "PUT", op: "SETXATTR", path, query },
          () => true,
          () => ({ value: false }),
        );
        if (isSet) return true;
      }
      return false;
    },
  };
}

function readJson({ body }: Pick<Answer, "body">): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return undefined;
  }
}

function field(value: unknown, ...names: readonly string[]): unknown {
  let found = value;
  for (const name of names) {
    if (typeof found !== "object" || found === null) return undefined;
    found = Object.entries(found).find(([key]) => key === name)?.[1];
  }
  return found;
}

function readStatus(answer: Answer, path: string): FileStatus {
  const status = field(readJson(answer), "FileStatus");
  const [type, length, blockSize, permission] = ["type", "length", "blockSize", "permission"].map(
    (name) => field(status, name),
  );
  if (typeof type !== "string" || typeof length !== "number")
    throw syncError(
      "E_CACHE_REFUSED",
      `The answer to GETFILESTATUS ${path} is not that of WebHDFS.`,
    );
  return {
    isFile: type === "FILE",
    sizeBytes: length,
    blockBytes: typeof blockSize === "number" ? blockSize : 0,
    permission: String(permission),
  };
}

function readList(answer: Answer): readonly { name: string; changedMs: number }[] {
  const list = field(readJson(answer), "FileStatuses", "FileStatus");
  return (Array.isArray(list) ? list : []).flatMap((one: unknown) => {
    const [name, changedMs] = [field(one, "pathSuffix"), field(one, "modificationTime")];
    return typeof name === "string" && typeof changedMs === "number" ? [{ name, changedMs }] : [];
  });
}

function readChecksum(answer: Answer): FileChecksum | undefined {
  const checksum = field(readJson(answer), "FileChecksum");
  const [algorithm, bytes] = [field(checksum, "algorithm"), field(checksum, "bytes")];
  return typeof algorithm === "string" && typeof bytes === "string"
    ? { algorithm, bytes }
    : undefined;
}

function readBoolean(answer: Answer): boolean {
  return field(readJson(answer), "boolean") === true;
}

function readAttribute(answer: Answer, name: string): string | undefined {
  const attributes = field(readJson(answer), "XAttrs");
  if (!Array.isArray(attributes)) return undefined;
  const found: unknown = attributes.find((one: unknown) => field(one, "name") === name);
  const value = field(found, "value");
  return typeof value === "string" ? value.replaceAll(/^"|"$/g, "") : undefined;
}
