/** Where something stands, for messages: `analytics/config/artifacts.yaml:12`. */
export interface Position {
  file: string;
  /** Counted from 1. */
  line: number;
}

/** A text of a file, with its place. */
export interface Placed {
  text: string;
  position: Position;
}

/** One entry of `artifacts:`. */
export interface Artifact {
  /** The file's name in every cache; Spark and YARN unpack by its suffix. */
  name: string;
  /** What the source knows it by: an address, Maven coordinates, a path. */
  id: string;
  /** Name of its source; `undefined` where the default one is meant. */
  source: string | undefined;
  /** Names of its caches; `undefined` where the default ones are meant. */
  caches: readonly string[] | undefined;
  position: Position;
}

interface Declared {
  name: string;
  position: Position;
}

/** What the settings of one say, without its name and place. */
export type Kind<Item extends Declared> = Item extends Declared
  ? Omit<Item, keyof Declared>
  : never;

/** Where artifacts come from. */
export type Source = Declared &
  (
    | {
        kind: "url";
        /** Ids are relative to it; `undefined` where they are whole addresses. */
        base: string | undefined;
      }
    | {
        kind: "gitlab";
        /** Address of the GitLab, the only server that is sent the source's token. */
        url: string;
      }
    | {
        kind: "maven";
        /** Address of the Maven repository. */
        url: string;
      }
    | {
        kind: "file";
        /** Ids are relative to it; `undefined` where they are absolute paths. */
        folder: string | undefined;
      }
  );

/** Where artifacts are kept for Spark. */
export type Cache = Declared &
  (
    | { kind: "folder"; path: string }
    | {
        kind: "hdfs";
        api: "webhdfs" | "httpfs";
        /** Addresses of the namenodes' (or the HttpFS server's) HTTP side; empty where the file does not say. */
        urls: readonly string[];
        /** Absolute folder in HDFS. */
        path: string;
        /** The same folder as Spark names it: `hdfs://cluster/path`. */
        uri: string;
      }
    | {
        kind: "s3";
        bucket: string;
        /** Key prefix without slashes at its ends; may be empty. */
        prefix: string;
        /** `undefined` for Amazon's own. */
        endpoint: string | undefined;
        region: string | undefined;
      }
  );

/** What one file declares. Any of it may be empty: the surroundings often stand in a file of their own. */
export interface ArtifactsFile {
  path: string;
  artifacts: readonly Artifact[];
  sources: readonly Source[];
  caches: readonly Cache[];
  defaultSource: Placed | undefined;
  defaultCaches: readonly Placed[] | undefined;
}

/** `analytics/config/artifacts.yaml:12`. */
export function at({ file, line }: Position): string {
  return `${file}:${line}`;
}
