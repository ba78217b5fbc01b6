import { Readable } from "node:stream";
import fc from "fast-check";
import { expect, test } from "vitest";
import { matchesWildcard } from "../../src/embedded-gitlab/access/protection.ts";
import { compareVersions } from "../../src/embedded-gitlab/api/version-order.ts";
import { ByteSource, packet, packetsOf, sideBand } from "../../src/embedded-gitlab/git/pkt-line.ts";
import {
  addMessage,
  landedRefs,
  refusalReport,
} from "../../src/embedded-gitlab/git/push-report.ts";
import { readPushRequest, writePushRequest } from "../../src/embedded-gitlab/git/push-request.ts";

const bytes = fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array));
const id = hexText();
const ref = fc
  .array(fc.constantFrom("main", "release", "v1.0", "grüße"), { minLength: 1, maxLength: 3 })
  .map((parts) => `refs/heads/${parts.join("/")}`);
const command = fc.record({ before: id, after: id, ref });

function hexText() {
  const digit = fc.constantFrom(..."0123456789abcdef");
  return fc.string({ unit: digit, minLength: 40, maxLength: 40 });
}

function chop(whole: Buffer, sizes: readonly number[]): Buffer[] {
  const parts: Buffer[] = [];
  for (let at = 0, turn = 0; at < whole.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    parts.push(whole.subarray(at, at + size));
    at += size;
  }
  return parts;
}

test("packets come out as they went in", () => {
  fc.assert(
    fc.property(fc.array(bytes), (payloads) => {
      expect([...packetsOf(Buffer.concat(payloads.map(packet)))]).toEqual(payloads);
    }),
  );
});

test("a push is read the same however its bytes are cut, and the pack behind it is whole", async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(command, { minLength: 1 }),
      bytes,
      sizes,
      async (commands, pack, cut) => {
        const capabilities = ["report-status", "side-band-64k", "atomic"];
        const head = writePushRequest(commands, capabilities);
        const source = new ByteSource(Readable.from(chop(Buffer.concat([head, pack]), cut)));
        const push = await readPushRequest(source);
        expect(push).toEqual({ commands, capabilities, options: [], raw: head });
        const rest: Buffer[] = [];
        for await (const part of source.rest()) rest.push(part);
        expect(Buffer.concat(rest)).toEqual(pack);
      },
    ),
  );
});

test("what is no push is told apart", async () => {
  for (const text of ["hello world", "00", "0010not a command", "00ffcut"]) {
    const source = new ByteSource(Readable.from([Buffer.from(text)]));
    await readPushRequest(source).then(
      ({ commands }) => expect(commands).toEqual([]),
      (error: unknown) => expect(error).toBeInstanceOf(SyntaxError),
    );
  }
});

test("a report tells which refs landed, and takes a message before its end", () => {
  fc.assert(
    fc.property(fc.array(command, { minLength: 1 }), fc.boolean(), (commands, usesBand) => {
      const capabilities = ["report-status", ...(usesBand ? ["side-band-64k"] : [])];
      const request = { commands, capabilities, options: [], raw: Buffer.alloc(0) };
      expect(landedRefs(request, refusalReport(request, "no"))).toEqual([]);
      const lines = commands.map((one) => packet(`ok ${one.ref}\n`));
      const report = Buffer.concat([packet("unpack ok\n"), ...lines, Buffer.from("0000")]);
      const answer = usesBand ? Buffer.concat([sideBand(1, report), Buffer.from("0000")]) : report;
      const said = addMessage(request, answer, "hello\n");
      expect(landedRefs(request, said)).toEqual(commands.map((one) => one.ref));
      expect(said.includes("hello")).toBe(usesBand);
      expect(said.toString("latin1").endsWith("0000")).toBe(true);
    }),
  );
});

test.each([
  { pattern: "main", name: "main", fits: true },
  { pattern: "main", name: "maintenance", fits: false },
  { pattern: "release/*", name: "release/1.2", fits: true },
  { pattern: "release/*", name: "release", fits: false },
  { pattern: "v*.*", name: "v1.0", fits: true },
  { pattern: "v1.0", name: "v1x0", fits: false },
  { pattern: "*", name: "a/b", fits: true },
])("the pattern $pattern and the name $name: $fits", ({ pattern, name, fits }) => {
  expect(matchesWildcard(pattern, name)).toBe(fits);
});

test("versions are ordered as numbers, a pre-release before its release", () => {
  const names = ["v1.10.0", "v1.9.0", "v1.10.0rc1", "v2.0", "v1.10.0rc2"];
  expect(names.toSorted(compareVersions)).toEqual([
    "v1.9.0",
    "v1.10.0rc1",
    "v1.10.0rc2",
    "v1.10.0",
    "v2.0",
  ]);
});
