import fc from "fast-check";
import { expect, test } from "vitest";
import { flush, packet } from "../../src/git/pkt-line.ts";
import { readPushStatus } from "../../src/git/push-status.ts";

const report = [
  packet("unpack ok\n"),
  packet("ok refs/heads/main\n"),
  packet("ng refs/tags/v1 pre-receive hook declined\n"),
  flush,
].join("");
const reports = [
  { ref: "refs/heads/main", accepted: true, reason: "", byServer: true },
  { ref: "refs/tags/v1", accepted: false, reason: "pre-receive hook declined", byServer: true },
];
const words = "GitLab: You are not allowed – ünïcode.\nSee the settings.\n";

/** The same bytes in pieces of these sizes; the last takes the rest. */
function pieces(text: string, sizes: readonly number[]): Buffer[] {
  const bytes = Buffer.from(text);
  let at = 0;
  const parts = sizes.map((size) => bytes.subarray(at, (at += size)));
  return [...parts, bytes.subarray(at)].filter(({ length }) => length > 0);
}

function onBand(band: number, content: Buffer): Buffer {
  const size = (content.length + 5).toString(16).padStart(4, "0");
  return Buffer.concat([Buffer.from(size), Buffer.from([band]), content]);
}

const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { maxLength: 8 });

test("report and words are read, however both are cut into packets and mixed", () => {
  fc.assert(
    fc.property(sizes, sizes, fc.array(fc.boolean(), { maxLength: 20 }), (ours, theirs, turns) => {
      const first = pieces(report, ours).map((part) => onBand(1, part));
      const second = pieces(words, theirs).map((part) => onBand(2, part));
      const mixed = turns.flatMap((isFirst) => (isFirst ? first : second).splice(0, 1));
      const answer = Buffer.concat([...mixed, ...first, ...second, Buffer.from(flush)]);
      expect(readPushStatus(answer)).toStrictEqual({ reports, said: words });
    }),
  );
});

test("an answer that is cut off says nothing, wherever it is cut", () => {
  const answer = Buffer.concat([onBand(1, Buffer.from(report)), Buffer.from(flush)]);
  for (let end = 0; end < answer.length; end += 1)
    expect(readPushStatus(answer.subarray(0, end))).toBeUndefined();
});

test.each([
  { title: "a fatal end", parts: [onBand(1, Buffer.from(report)), onBand(3, Buffer.from("died"))] },
  { title: "words alone", parts: [onBand(2, Buffer.from(words))] },
  { title: "a report without its head", parts: [onBand(1, Buffer.from(packet("ok x\n") + flush))] },
  {
    title: "a verdict that is none",
    parts: [onBand(1, Buffer.from(`${packet("unpack ok\n")}${packet("no x\n")}${flush}`))],
  },
])("$title is no answer", ({ parts }) => {
  expect(readPushStatus(Buffer.concat([...parts, Buffer.from(flush)]))).toBeUndefined();
});
