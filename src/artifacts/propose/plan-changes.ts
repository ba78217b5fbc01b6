import { artifactsError } from "../errors.ts";
import { Findings } from "../file/findings.ts";
import type { Artifact } from "../file/model.ts";
import { readArtifactsFile } from "../file/read.ts";
import { editFile } from "./edit-file.ts";
import type { Entry, SourceFile } from "./entry-pair.ts";
import { occurrencesOf, renameOccurrences } from "./occurrences.ts";
import { nameStem } from "./stem.ts";

/** What is known of an id that a file already holds. */
export type Kinship =
  /** It names the very file that is wanted. */
  | "same file"
  /** It is another file of the same GitLab project and package. */
  | "same package"
  | "other";

/** An artifact that the files shall declare. */
export interface WantedArtifact extends Entry {
  kinship(id: string): Kinship;
}

/** What happens to entries that the new one takes the place of. */
export interface Rules {
  /** An old entry goes, whoever names it. */
  removeOld: boolean;
  /** An old entry's name is replaced wherever the repository names it. */
  replaceReferences: boolean;
  /** Name of the source of an entry that has no old one to take it from. */
  source: string | undefined;
}

/** A repository at one commit, as far as this needs it. */
export interface Repository {
  /** The files that may declare artifacts. */
  artifactFiles: readonly SourceFile[];
  /** All other text files that hold this text. */
  filesWith(text: string): Promise<readonly SourceFile[]>;
}

/** A place outside of the declaring files that names an old entry. */
export interface Reference {
  /** The old entry's name. */
  name: string;
  path: string;
  line: number;
}

/** What became of one wanted artifact. */
export interface PlannedArtifact {
  wanted: Entry;
  /** Old entries, those that changed and those that stay. */
  old: readonly Pick<Artifact, "name" | "id">[];
  /** Names of old entries that stand beside the new one from now on. */
  kept: readonly string[];
  references: readonly Reference[];
  /** The file that declares it. */
  path: string;
}

export interface FileChange {
  path: string;
  before: string;
  after: string;
}

export interface PlannedChanges {
  /** Empty where the repository declares everything as wanted. */
  changes: readonly FileChange[];
  artifacts: readonly PlannedArtifact[];
}

/**
 * Decides what has to change for the repository to declare these artifacts. An old entry is replaced in its place where
 * nothing else names it; else the new one goes beside it.
 *
 * @throws {StepError} E_ARTIFACTS_EDIT, E_ARTIFACTS_PLACE where it is not clear which file a new entry belongs to.
 */
export async function planChanges(
  repository: Repository,
  wanted: readonly WantedArtifact[],
  rules: Rules,
): Promise<PlannedChanges> {
  const texts = new Map(repository.artifactFiles.map(({ path, text }) => [path, text]));
  const others = new Map<string, FileChange>();
  const artifacts: PlannedArtifact[] = [];
  for (const one of wanted)
    artifacts.push(await planArtifact(repository, texts, others, one, rules));
  const declared = repository.artifactFiles.map(({ path, text }) => ({
    path,
    before: text,
    after: texts.get(path) ?? text,
  }));
  return {
    changes: [...declared, ...others.values()].filter(({ before, after }) => before !== after),
    artifacts,
  };
}

async function planArtifact(
  repository: Repository,
  texts: Map<string, string>,
  others: Map<string, FileChange>,
  wanted: WantedArtifact,
  rules: Rules,
): Promise<PlannedArtifact> {
  const files = [...texts].map(([path, text]) => ({ path, ...entriesOf({ path, text }, wanted) }));
  const names = new Set(files.flatMap(({ old }) => old.map(({ name }) => name)));
  const references = await referencesTo(repository, names, others);
  const named = new Set(references.map(({ name }) => name));
  const isFree = (name: string): boolean =>
    rules.removeOld || rules.replaceReferences || !named.has(name);

  for (const file of files) {
    if (file.present !== undefined || file.old.length > 0)
      texts.set(file.path, changed(file, textOf(texts, file.path), wanted, isFree, rules));
  }
  const isDeclared = files.some(({ present, old }) => present !== undefined || old.length > 0);
  const path = isDeclared ? undefined : placeFor(wanted, [...texts.keys()]);
  if (path !== undefined) {
    const edit = { kind: "add", entry: entryOf(wanted), source: rules.source } as const;
    texts.set(path, editFile({ path, text: textOf(texts, path) }, edit));
  }
  if (rules.replaceReferences) await renameReferences(repository, names, wanted.name, others);

  const declaring = files.find(({ present, old }) => present !== undefined || old.length > 0);
  const left = new Set(
    [...texts]
      .flatMap(([file, text]) => entriesOf({ path: file, text }, wanted).old)
      .map(({ name }) => name),
  );
  return {
    wanted: entryOf(wanted),
    old: files.flatMap(({ old }) => old.map(({ name, id }) => ({ name, id }))),
    kept: [...left],
    references: rules.replaceReferences ? [] : references,
    path: path ?? declaring?.path ?? "",
  };
}

interface Entries {
  present: Artifact | undefined;
  /** In the order of the file. */
  old: readonly Artifact[];
}

/**
 * The entry itself and its older versions: another file of the same package with the same name but for the version; else
 * the only one of the same package and kind; else the same name but for the version.
 */
function entriesOf({ path, text }: SourceFile, wanted: WantedArtifact): Entries {
  const { artifacts } = readArtifactsFile(path, text, new Findings());
  const present = artifacts.find(({ name }) => name === wanted.name);
  const rest = artifacts.filter((one) => one !== present);
  const stem = nameStem(wanted.name);
  const kin = rest.filter(({ id }) => wanted.kinship(id) !== "other");
  const named = kin.filter(
    ({ name, id }) => nameStem(name) === stem || wanted.kinship(id) === "same file",
  );
  const alike = kin.filter(({ name }) => suffixOf(name) === suffixOf(wanted.name));
  if (named.length > 0) return { present, old: named };
  if (alike.length === 1) return { present, old: alike };
  return {
    present,
    old: rest.filter(({ name, id }) => nameStem(name) === stem && wanted.kinship(id) === "other"),
  };
}

function changed(
  { path, present, old }: Entries & { path: string },
  before: string,
  wanted: WantedArtifact,
  isFree: (name: string) => boolean,
  rules: Rules,
): string {
  const entry = entryOf(wanted);
  let text = before;
  let replaced: string | undefined;
  if (present !== undefined) {
    if (wanted.kinship(present.id) !== "same file")
      text = editFile({ path, text }, { kind: "rename", old: present.name, entry });
  } else {
    const free = old.findLast(({ name }) => isFree(name));
    const last = free ?? old.at(-1);
    if (last === undefined) return text;
    replaced = free?.name;
    text = editFile({ path, text }, { kind: free ? "rename" : "copy", old: last.name, entry });
  }
  if (rules.removeOld)
    for (const { name } of old)
      if (name !== replaced) text = editFile({ path, text }, { kind: "remove", old: name });
  return text;
}

function placeFor(wanted: Entry, paths: readonly string[]): string {
  const [path, ...more] = paths;
  if (path !== undefined && more.length === 0) return path;
  throw artifactsError(
    "E_ARTIFACTS_PLACE",
    `No file has an older entry of ${wanted.name}, and ${paths.length} files could declare it: ${paths.join(", ")}.`,
  );
}

async function referencesTo(
  repository: Repository,
  names: ReadonlySet<string>,
  others: ReadonlyMap<string, FileChange>,
): Promise<readonly Reference[]> {
  const found: Reference[] = [];
  for (const name of names)
    for (const { path, text } of await repository.filesWith(name))
      for (const { line } of occurrencesOf(name, others.get(path)?.after ?? text))
        found.push({ name, path, line });
  return found;
}

async function renameReferences(
  repository: Repository,
  names: ReadonlySet<string>,
  to: string,
  others: Map<string, FileChange>,
): Promise<void> {
  for (const name of names)
    for (const { path, text } of await repository.filesWith(name)) {
      const { before, after } = others.get(path) ?? { before: text, after: text };
      others.set(path, { path, before, after: renameOccurrences(after, name, to) });
    }
}

function textOf(texts: ReadonlyMap<string, string>, path: string): string {
  return texts.get(path) ?? "";
}

function entryOf({ name, id }: Entry): Entry {
  return { name, id };
}

function suffixOf(name: string): string {
  return /(?:\.tar)?\.[A-Za-z0-9]+$/.exec(name)?.[0].toLowerCase() ?? "";
}
