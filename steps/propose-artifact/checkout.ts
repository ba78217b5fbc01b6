import type { Repository as DeclaringRepository, SourceFile } from "../../src/artifacts/index.ts";
import { Findings, readArtifactsFile } from "../../src/artifacts/index.ts";
import {
  fetchSnapshot,
  filesWithText,
  type Git,
  listTree,
  makePrivateRepository,
  openGit,
  readBlob,
  toSha,
  type TreeFile,
} from "../../src/git/index.ts";
import type { GitLab } from "../../src/gitlab/index.ts";
import { connectGit } from "../shared/git-server.ts";
import { proposeErrors } from "./errors.ts";
import type { ProposeContext } from "./inputs.ts";

/** Reads the DAG repository at commits, with all its files, and never writes to it. */
export interface DeployRepository {
  at(commit: string): Promise<DeclaringRepository>;
}

/** @param address of the project's page. */
export async function openRepository(
  context: ProposeContext,
  gitlab: GitLab,
  address: string,
): Promise<DeployRepository> {
  const { environment, log, clock, signal } = context;
  const workFolder = await context.workFolder();
  const git = await openGit({ workFolder, environment, log, clock, signal });
  return { at: (commit) => readAt(context, { git, gitlab, address }, commit) };
}

interface Source {
  git: Git;
  gitlab: GitLab;
  address: string;
}

async function readAt(
  context: ProposeContext,
  { git, gitlab, address }: Source,
  commit: string,
): Promise<DeclaringRepository> {
  const { inputs, log } = context;
  const sha = toSha(commit);
  const empty = await makePrivateRepository(git, {
    objectFormat: sha.length === 40 ? "sha1" : "sha256",
  });
  const server = await connectGit(context, empty, address, gitlab);
  const snapshot = await fetchSnapshot(server, sha);
  const files = (await listTree(snapshot, sha)).filter(({ mode }) => mode.startsWith("100"));
  const textAt = async (file: TreeFile): Promise<SourceFile | undefined> => {
    const bytes = await readBlob(snapshot, file);
    const text = bytes.toString("utf8");
    return Buffer.from(text, "utf8").equals(bytes) ? { path: file.path, text } : undefined;
  };

  const { default: picomatch } = await import("picomatch");
  const isWanted = picomatch([...inputs.DEPLOY_FILES], { dot: true });
  const declaring = files.filter(({ path }) => isWanted(path));
  if (declaring.length === 0) throw noFiles(inputs, files);
  const findings = new Findings();
  const artifactFiles = await Promise.all(
    declaring.map(async (file) => {
      const read = await textAt(file);
      if (read === undefined)
        throw proposeErrors("E_PROPOSE_FILES", `${file.path} is not UTF-8 text.`);
      readArtifactsFile(file.path, read.text, findings);
      return read;
    }),
  );
  for (const warning of findings.warnings) log.debug(warning);
  findings.throwIfAny();
  const paths = new Set(declaring.map(({ path }) => path));
  return {
    artifactFiles,
    async filesWith(text) {
      const named = new Set(await filesWithText(snapshot, sha, text));
      const others = files.filter(({ path }) => named.has(path) && !paths.has(path));
      return (await Promise.all(others.map(textAt))).filter((file) => file !== undefined);
    },
  };
}

function noFiles(
  { DEPLOY_FILES: wanted, DEPLOY_PROJECT: project }: ProposeContext["inputs"],
  files: readonly TreeFile[],
) {
  const like = files
    .map(({ path }) => path)
    .filter((path) => /artifacts?[^/]*\.ya?ml$/i.test(path));
  const seen = like.length === 0 ? "" : ` It has ${like.slice(0, 10).join(", ")}.`;
  return proposeErrors(
    "E_PROPOSE_FILES",
    `No file of ${project} is meant by ${wanted.join(", ")}.${seen}`,
  );
}
