import fc from "fast-check";
import { expect, test } from "vitest";
import { ourBlock, readOurText } from "../../src/gitlab/our-text.ts";

const block = ourBlock("0123abcd", "Deploy job 1.0", "| a | b |\r\n\r\ntext\n");

test("a text of ours is found in a description, and its title is known again", () => {
  const ours = readOurText(block);
  expect(ours).toMatchObject({ proposal: "0123abcd", untouched: true });
  expect(ours?.isOurTitle("Deploy job 1.0")).toBe(true);
  expect(ours?.isOurTitle("Draft: Deploy job 1.0")).toBe(false);
});

test("GitLab's own line ends and trimming leave it untouched; a person's change does not", () => {
  expect(readOurText(block.replaceAll("\n", "\r\n").trim())?.untouched).toBe(true);
  expect(readOurText(block.replace("text", "test"))?.untouched).toBe(false);
  expect(readOurText("a description of somebody's own")).toBeUndefined();
  expect(readOurText(block.replace("<!-- slipway:end -->", ""))).toBeUndefined();
});

test("whatever people write around it stays when it is replaced", () => {
  const around = fc.string().map((text) => text.replaceAll(/\r|<!--/g, ""));
  fc.assert(
    fc.property(around, around, fc.string(), (before, after, text) => {
      const next = ourBlock("ff", "Next", text.replaceAll("<!--", ""));
      const replaced = readOurText(`${before}\n${block}\n${after}`)?.replaced(next);
      expect(replaced).toBe(`${before}\n${next}\n${after}`);
      expect(readOurText(replaced ?? "")).toMatchObject({ proposal: "ff", untouched: true });
    }),
  );
});
