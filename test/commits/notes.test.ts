import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  notesNames,
  type NotesFacts,
  readChanges,
  renderNotes,
  unknownNames,
} from "../../src/commits/index.ts";

const facts: NotesFacts = {
  version: "1.2.0",
  tag: "v1.2.0",
  previousTag: "v1.1.0",
  date: "2026-01-31",
  webUrl: "https://gitlab.example.org/g/p",
};

const id = "0123456789abcdef0123456789abcdef01234567";

function changes(...messages: readonly string[]) {
  return messages.flatMap((message) => readChanges([{ id, parents: [], message }]));
}

test("notes are grouped, with a link to the merge request, else to the commit", () => {
  const notes = renderNotes(
    changes(
      "feat(api): list <T> of `Map<K>` (!12)",
      "fix: a thing",
      "feat!: drop v1\n\nBREAKING CHANGE: use v2 instead\n\nSee merge request g/p!7",
      "Free text",
    ),
    facts,
  );
  expect(notes).toBe(`## Breaking changes

- drop v1 — use v2 instead ([!7](https://gitlab.example.org/g/p/-/merge_requests/7))

## Features

- **api:** list \\<T> of \`Map<K>\` ([!12](https://gitlab.example.org/g/p/-/merge_requests/12))

## Bug fixes

- a thing ([01234567](https://gitlab.example.org/g/p/-/commit/${id}))

## Other changes

- Free text ([01234567](https://gitlab.example.org/g/p/-/commit/${id}))`);
});

describe("a template", () => {
  test("decides what stands where", () => {
    const template =
      "# {version} of {date}\n\n{features}\n\n{fixes}\n\n{{kept}} and { braces }\n[diff]({compare_url}) from {previous_tag} to {tag}\n";
    expect(renderNotes(changes("feat: x (!1)"), facts, template)).toBe(
      `# 1.2.0 of 2026-01-31

- x ([!1](https://gitlab.example.org/g/p/-/merge_requests/1))

{kept} and { braces }
[diff](https://gitlab.example.org/g/p/-/compare/v1.1.0...v1.2.0) from v1.1.0 to v1.2.0`,
    );
  });

  test("of the first release has no tag before it", () => {
    const first = { ...facts, previousTag: undefined };
    expect(renderNotes([], first, "[{previous_tag}] {compare_url}")).toBe(
      "[] https://gitlab.example.org/g/p/-/commits/v1.2.0",
    );
  });

  test("may name what is known and nothing else", () => {
    expect(unknownNames("{version} {verison} {{not}} { no } {verison} {a}")).toEqual([
      "verison",
      "a",
    ]);
    expect(unknownNames(notesNames.map((name) => `{${name}}`).join(""))).toEqual([]);
  });

  test("leaves nothing in braces that it knows, and texts of commits are no templates", () => {
    fc.assert(
      fc.property(fc.constantFrom(...notesNames), (name) => {
        const notes = renderNotes(changes("feat: say {version}"), facts, `<{${name}}>`);
        expect(notes).not.toContain(`<{${name}}>`);
        if (name === "changes") expect(notes).toContain("say {version}");
      }),
    );
  });
});

test("very many changes are told as a number", () => {
  const many = changes(...Array.from({ length: 2003 }, (_, index) => `fix: ${index}`));
  expect(renderNotes(many, facts)).toMatch(/And 3 older changes\.$/);
});
