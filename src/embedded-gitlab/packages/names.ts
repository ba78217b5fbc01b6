import { invalidParameter } from "../http/refusals.ts";

/** GitLab's rules for the parts of a generic package's address. (lib/gitlab/regex/packages.rb) */
const rules = {
  package_name: /^[A-Za-z0-9._\-+]+$/,
  package_version: /^(?!.*\.\.)[\w+.-]+$/,
  file_name: /^(?!~)(?!@)[A-Za-z0-9._\-+~@]+(?<!~)(?<!@)$/,
} as const;

/** @throws {Refusal} 400 where a part breaks its rule, or tries to climb out of its folder. */
export function assertPackageName(part: keyof typeof rules, value: string): void {
  assertNoTraversal(part, value);
  if (!rules[part].test(value)) throw invalidParameter(`${part} is invalid`);
}

/** @throws {Refusal} 400 for `..`, also when it is percent-encoded once more. */
export function assertNoTraversal(part: string, value: string): void {
  for (const text of [value, decodeQuietly(value)]) {
    if (/(?:^|[/\\])\.\.(?:[/\\]|$)|^[/\\]|\0/.test(text)) {
      throw invalidParameter(`${part} should be a valid file path`);
    }
  }
}

function decodeQuietly(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
