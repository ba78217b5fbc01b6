import { copyFile, mkdir, mkdtemp, realpath, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Checkout } from "./checkout.ts";
import type { Git, GitOptions, NetworkOptions } from "./git.ts";
import { type ObjectReader, objectReader } from "./object-reader.ts";
import type { ObjectFormat, Sha } from "./sha.ts";

export type ObjectType = "blob" | "tree" | "commit" | "tag";

export interface GitObject {
  readonly type: ObjectType;
  readonly bytes: Buffer;
}

/** A bare repository of this run alone: what is made for a release is made here, and pushed from here. */
export interface Repository {
  readonly git: Git;
  readonly directory: string;
  readonly objectFormat: ObjectFormat;
  /** Objects that were read and proved before. */
  readonly kept: Map<Sha, GitObject>;
  readonly read: ObjectReader;
  /** Options that make a command work on this repository. */
  at(options?: GitOptions): GitOptions;
  over(options: NetworkOptions): NetworkOptions;
}

/**
 * Makes a repository that sees the objects of a checkout but none of its configuration, hooks, references, grafts or
 * locks (G14, G16, G18); without `objectDirectory` it starts empty. Written by hand: there is no template whose hooks could come along.
 */
export async function makePrivateRepository(
  git: Git,
  checkout: Pick<Checkout, "objectFormat"> &
    Partial<Pick<Checkout, "objectDirectory" | "shallowFile">>,
): Promise<Repository> {
  const parent = await realpath(git.context.workFolder);
  const directory = await mkdtemp(join(parent, "repository-"));
  const { objectDirectory, shallowFile, objectFormat } = checkout;
  await Promise.all(
    ["objects/info", "objects/pack", "refs"].map((folder) =>
      mkdir(join(directory, folder), { recursive: true }),
    ),
  );
  await Promise.all([
    writeFile(join(directory, "HEAD"), "ref: refs/heads/none\n"),
    writeFile(join(directory, "config"), configText(objectFormat)),
    objectDirectory === undefined
      ? undefined
      : writeFile(join(directory, "objects/info/alternates"), `${objectDirectory}\n`),
    shallowFile === undefined ? undefined : copyFile(shallowFile, join(directory, "shallow")),
  ]);
  return {
    git,
    directory,
    objectFormat,
    kept: new Map(),
    read: objectReader(git, { gitDirectory: directory }),
    at: (options = {}) => ({ ...options, gitDirectory: directory }),
    over: (options) => ({ ...options, gitDirectory: directory }),
  };
}

function configText(format: ObjectFormat): string {
  const version = format === "sha1" ? 0 : 1;
  const extensions = format === "sha1" ? "" : `[extensions]\n\tobjectFormat = ${format}\n`;
  return `[core]\n\trepositoryFormatVersion = ${version}\n\tbare = true\n${extensions}`;
}
