/**
 * GitLab's own reading of a dotenv report, after app/services/ci/parse_dotenv_artifact_service.rb: UTF-8 (UTF-16LE is
 * tolerated), one `key=value` a line, both sides stripped as Ruby strips, no quotes, no escapes.
 */
export function parseAsGitLab(
  blob: Uint8Array,
  variableLimit = 20,
): { variables: Record<string, string> } | { error: string } {
  if (blob.byteLength >= 5120)
    return { error: "Dotenv Artifact Too Big. Maximum Allowable Size: 5120" };
  const variables = new Map<string, string>();
  for (const line of rubyLines(decode(blob))) {
    const [, key = "", value = ""] = /^([^=\n]*?)=([^\n]*)$/m.exec(line) ?? [];
    if (!line.includes("=")) return { error: "Invalid Format" };
    variables.set(rubyStrip(key), rubyStrip(value));
  }
  if (variables.size > variableLimit)
    return { error: `Dotenv files cannot have more than ${variableLimit} variables` };
  for (const key of variables.keys()) {
    if (key === "") return { error: "Validation failed: Key can't be blank" };
    if (!/^[A-Za-z0-9_]+$/.test(key))
      return { error: "Validation failed: Key can contain only letters, digits and '_'." };
  }
  return { variables: Object.fromEntries(variables) };
}

function decode(blob: Uint8Array): string {
  const isUtf16 = blob[0] === 0xff && blob[1] === 0xfe;
  return new TextDecoder(isUtf16 ? "utf-16le" : "utf-8").decode(blob);
}

function rubyLines(text: string): readonly string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** Ruby's `strip` knows ASCII blanks and the null character only. */
function rubyStrip(text: string): string {
  return text.replace(/^[\0\t\n\v\f\r ]+|[\0\t\n\v\f\r ]+$/g, "");
}
