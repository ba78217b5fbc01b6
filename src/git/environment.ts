/** The variables of the job; only few of them reach a git child. */
export type JobEnvironment = Readonly<Record<string, string | undefined>>;

/** A configuration value that git reads from its environment: it outranks every file (G16, G18). */
export type ConfigValue = readonly [key: string, value: string];

interface Child {
  /** Where executables are looked for. */
  searchPath: string;
  /** An empty private folder: no .netrc, no .gitconfig (G17). */
  home: string;
  gitDirectory?: string | undefined;
  workTree?: string | undefined;
  config?: readonly ConfigValue[];
  /** Schemes that may be spoken; none where the command speaks to nobody (G20). */
  protocols?: readonly string[];
  extra?: Readonly<Record<string, string>>;
}

/**
 * The closed environment of a git child: nothing of the job's own reaches it but what is named here.
 *
 * What the configuration of a checkout could make git run is switched off by values that outrank it. The plumbing that
 * Slipway uses runs no filter, textconv or differ at all.
 */
export function gitEnvironment({
  searchPath,
  home,
  gitDirectory,
  workTree,
  config = [],
  protocols = [],
  extra = {},
}: Child): Record<string, string> {
  return {
    PATH: searchPath,
    HOME: home,
    XDG_CONFIG_HOME: home,
    LC_ALL: "C",
    TZ: "UTC",
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_ATTR_NOSYSTEM: "1",
    GIT_TERMINAL_PROMPT: "0",
    // Set but empty: git then asks neither core.askPass nor SSH_ASKPASS.
    GIT_ASKPASS: "",
    GIT_NO_REPLACE_OBJECTS: "1",
    GIT_NO_LAZY_FETCH: "1",
    GIT_OPTIONAL_LOCKS: "0",
    GIT_ALLOW_PROTOCOL: protocols.join(":"),
    ...(gitDirectory === undefined ? {} : { GIT_DIR: gitDirectory }),
    ...(workTree === undefined ? {} : { GIT_WORK_TREE: workTree }),
    ...extra,
    ...asVariables([...hardening, ...config]),
  };
}

const hardening: readonly ConfigValue[] = [
  ["credential.helper", ""],
  ["core.hooksPath", "/dev/null"],
  ["core.fsmonitor", "false"],
  // A commit-graph file of the checkout could lie about parents.
  ["core.commitGraph", "false"],
  ["http.followRedirects", "false"],
  ["safe.bareRepository", "explicit"],
  ["gc.auto", "0"],
  ["maintenance.auto", "false"],
];

function asVariables(config: readonly ConfigValue[]): Record<string, string> {
  const variables: Record<string, string> = { GIT_CONFIG_COUNT: String(config.length) };
  for (const [index, [key, value]] of config.entries()) {
    variables[`GIT_CONFIG_KEY_${index}`] = key;
    variables[`GIT_CONFIG_VALUE_${index}`] = value;
  }
  return variables;
}
