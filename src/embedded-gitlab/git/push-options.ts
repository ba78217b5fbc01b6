/** Push options as GitLab reads them. https://docs.gitlab.com/topics/git/commit/#push-options */
export interface PushOptions {
  readonly skipsPipelines: boolean;
  readonly variables: readonly { readonly key: string; readonly value: string }[];
  /** Of `merge_request.…`, in the order given; a bare option has an empty value. */
  readonly mergeRequest: ReadonlyMap<string, readonly string[]>;
}

export function parsePushOptions(options: readonly string[]): PushOptions {
  const mergeRequest = new Map<string, string[]>();
  const variables: { key: string; value: string }[] = [];
  for (const option of options) {
    const [name, value] = splitAtEquals(option);
    if (name === "ci.variable") {
      const [key, text] = splitAtEquals(value.replace(/^(["'])(.*)\1$/s, "$2"));
      variables.push({ key, value: text });
    } else if (name.startsWith("merge_request.")) {
      const key = name.slice("merge_request.".length);
      mergeRequest.set(key, [...(mergeRequest.get(key) ?? []), value]);
    }
  }
  const skipsPipelines = options.some((one) => one === "ci.skip" || one === "integrations.skip_ci");
  return { skipsPipelines, variables, mergeRequest };
}

function splitAtEquals(text: string): [string, string] {
  const at = text.indexOf("=");
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
