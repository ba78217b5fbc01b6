import * as fc from "fast-check";
import { expect, test } from "vitest";
import { formsOf } from "../../../src/step/redact/forms.ts";
import { Redactor } from "../../../src/step/redact/redactor.ts";

const secrets = fc.oneof(
  fc.string({ minLength: 8, maxLength: 40, unit: "grapheme" }),
  fc.string({ minLength: 8, maxLength: 60, unit: "binary" }),
  fc.stringMatching(/^[A-Za-z0-9+/=_.~@:-]{8,64}$/),
);

/** A secret as a person or a program could come to print it; each is written out here without the redactor's own code. */
function spellings(secret: string, user: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const pair = Buffer.from(`${user}:${secret}`);
  const url = new URL("http://host");
  url.password = secret;
  const form = new URLSearchParams([["k", secret]]).toString().slice(2);
  const encoded = [encodeURI(secret), encodeURIComponent(secret), form, url.password];
  return [
    secret,
    ...encoded,
    ...encoded.map((text) => text.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase())),
    JSON.stringify(secret),
    bytes.toString("hex"),
    bytes.toString("base64"),
    bytes.toString("base64url"),
    pair.toString("base64"),
    pair.toString("base64url"),
  ];
}

/** As a secret input comes to be: well-formed, on one line, without blanks at its edges. */
function isSecret(value: string): boolean {
  return (
    value.isWellFormed() && value.trim() === value && value.length >= 8 && !/[\r\n]/.test(value)
  );
}

function chunked(text: string, sizes: readonly number[]): readonly string[] {
  const chunks = [];
  let at = 0;
  for (let turn = 0; at < text.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    chunks.push(text.slice(at, at + size));
    at += size;
  }
  return chunks;
}

function survivors(text: string, forms: readonly string[]): readonly string[] {
  return forms.filter((form) => text.includes(form));
}

test("S01 S06 no spelling of a secret survives, whatever surrounds it and however it is cut", () => {
  fc.assert(
    fc.property(
      secrets.filter(isSecret),
      fc.string({ maxLength: 12 }),
      fc.string({ maxLength: 20 }),
      fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 5 }),
      (secret, user, around, sizes) => {
        const redactor = new Redactor();
        redactor.add(secret);
        for (const spelling of spellings(secret, user.toWellFormed())) {
          const text = `${around}${spelling}${around}`;
          const stream = redactor.stream();
          const parts = chunked(text, sizes).map((chunk) => stream.write(chunk));
          const streamed = parts.join("") + stream.end();
          // Whole spellings only: what surrounds them may hold a piece of a short core by chance.
          const forms = [secret, ...formsOf(secret)].filter((form) => !around.includes(form));
          expect(survivors(redactor.redact(text), forms)).toEqual([]);
          expect(survivors(streamed, forms)).toEqual([]);
        }
      },
    ),
    { numRuns: 150 },
  );
});

test("S06 what is left of a secret beside the sign of a cut is masked", () => {
  fc.assert(
    fc.property(
      secrets.filter((secret) => isSecret(secret) && !secret.includes("…")),
      fc.nat(),
      (secret, place) => {
        const redactor = new Redactor();
        redactor.add(secret);
        const at = 4 + (place % (secret.length - 4));
        const [head, tail] = [secret.slice(0, at).trimEnd(), secret.slice(-at).trimStart()];
        fc.pre(head.length >= 4 && tail.length >= 4);
        expect(redactor.redact(`said: ${head}…`)).toBe("said: [MASKED]…");
        expect(redactor.redact(`said: ${head}\n… 12 bytes left out …`)).toBe(
          "said: [MASKED]\n… 12 bytes left out …",
        );
        expect(redactor.redact(`… ${tail} was said`)).toBe("… [MASKED] was said");
      },
    ),
  );
});

test("S06 words beside the sign of a cut stay", () => {
  const redactor = new Redactor();
  redactor.add("correct-horse-battery");
  const text = "it went on … and on: core… corr, then cor… ry and more…";
  expect(redactor.redact(text)).toBe(text);
  expect(redactor.redact("of a stranger: glpat-ab…")).toBe("of a stranger: [MASKED]…");
  redactor.add("gldt-0123456789");
  expect(redactor.redact("a deploy token (gldt-…), gldt-0…")).toBe(
    "a deploy token (gldt-…), [MASKED]…",
  );
});

test("S06 a stream says the same as the whole text, however it is cut", () => {
  const word = fc.constantFrom(
    "correct horse battery",
    "glpat-abcdefghijklmnop",
    "https://host/x?private_token=abc123&y=1",
    "plain words",
    "\n",
    " ",
    "'quoted'",
    "glpat-short",
  );
  fc.assert(
    fc.property(
      fc.array(word, { maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 25 }), { minLength: 1, maxLength: 5 }),
      (words, sizes) => {
        const redactor = new Redactor();
        redactor.add("correct horse battery");
        const text = words.join("");
        const stream = redactor.stream();
        const parts = chunked(text, sizes).map((chunk) => stream.write(chunk));
        expect(parts.join("") + stream.end()).toBe(redactor.redact(text));
      },
    ),
  );
});

test("text without secrets is unchanged", () => {
  fc.assert(
    fc.property(
      secrets.filter(isSecret),
      fc.string({ maxLength: 200, unit: "grapheme" }),
      (secret, text) => {
        fc.pre(
          survivors(text, formsOf(secret)).length === 0 &&
            !/token|gl\w+-|x-amz|delegation/i.test(text),
        );
        const redactor = new Redactor();
        redactor.add(secret);
        const stream = redactor.stream();
        expect(redactor.redact(text)).toBe(text);
        expect(stream.write(text) + stream.end()).toBe(text);
      },
    ),
  );
});

test("S09 a short value is left alone: it would mask ordinary words", () => {
  const redactor = new Redactor();
  redactor.add("main", "1234567");
  expect(redactor.redact("main has 1234567 lines")).toBe("main has 1234567 lines");
});

test("S09 a secret of several lines is masked line by line and as a whole", () => {
  const redactor = new Redactor();
  redactor.add("first-line-of-key\r\nsecond-line-of-key\n");
  expect(redactor.redact("first-line-of-key")).toBe("[MASKED]");
  expect(redactor.redact("then second-line-of-key.")).toBe("then [MASKED].");
  expect(redactor.redact(JSON.stringify("first-line-of-key\r\nsecond-line-of-key"))).toBe(
    '"[MASKED]"',
  );
});

test("the longest secret wins where one holds another", () => {
  const redactor = new Redactor();
  redactor.add("password", "password-of-the-registry");
  expect(redactor.redact("password-of-the-registry password")).toBe("[MASKED] [MASKED]");
});

const prefixes = "glpat gloas gldt glrt glrtr glcbt glptt glft glimt glagent glsoat glffct gltok";

test.each(prefixes.split(" "))(
  "a token that begins with %s- is masked whoever it belongs to",
  (prefix) => {
    expect(new Redactor().redact(`got ${prefix}-Abc_123.def=456 here`)).toBe("got [MASKED] here");
  },
);

const parameters =
  "private_token job_token authenticity_token rss_token delegation token x-amz-signature x-amz-credential x-amz-security-token";

test.each(parameters.split(" "))("S07 the query parameter %s is masked", (name) => {
  expect(new Redactor().redact(`GET https://h/p?a=1&${name}=s3cr3t&b=2`)).toBe(
    `GET https://h/p?a=1&${name}=[MASKED]&b=2`,
  );
});

test("S08 data is masked in values and keys, at any depth, and stays data", () => {
  const redactor = new Redactor();
  redactor.add("correct-horse");
  const at = new Date(0);
  expect(
    redactor.redactData({ a: ["correct-horse", 1, null, true], "correct-horse": { at }, big: 12n }),
  ).toEqual({
    a: ["[MASKED]", 1, null, true],
    "[MASKED]": { at: "1970-01-01T00:00:00.000Z" },
    big: "12",
  });
});
