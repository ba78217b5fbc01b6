import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Block, toHtml, toMarkdown } from "../../../src/step/report/blocks.ts";
import { openPage, placeSection } from "../../../src/step/report/page.ts";

const blocks: readonly Block[] = [
  { kind: "heading", text: "Files" },
  { kind: "paragraph", text: "Two files." },
  {
    kind: "table",
    columns: ["Name", "Page"],
    rows: [["a|b", { label: "open", url: "https://h/x(1)" }]],
  },
  { kind: "list", items: ["one", { label: "two", url: "logs/two.txt" }] },
  { kind: "code", text: "echo ```" },
  { kind: "details", summary: "More", blocks: [{ kind: "paragraph", text: "inside" }] },
];

test("a report reads the same as Markdown", () => {
  expect(toMarkdown(blocks)).toBe(String.raw`### Files

Two files.

| Name | Page |
| --- | --- |
| a\|b | [open](https://h/x%281%29) |

- one
- [two](logs/two.txt)

${"````"}
echo ${"```"}
${"````"}

<details><summary>More</summary>

inside

</details>`);
});

test("a report reads the same as HTML", () => {
  expect(toHtml(blocks)).toBe(`<h3>Files</h3>
<p>Two files.</p>
<table><thead><tr><th scope="col">Name</th><th scope="col">Page</th></tr></thead><tbody><tr><td>a|b</td><td><a href="https://h/x(1)">open</a></td></tr></tbody></table>
<ul><li>one</li><li><a href="logs/two.txt">two</a></li></ul>
<pre>echo \`\`\`</pre>
<details><summary>More</summary><p>inside</p></details>`);
});

test("S13 nothing that a name holds becomes markup or a script", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.webUrl(), (text, url) => {
      const hostile = `<script>${text}</script>"'><img src=x onerror=alert(1)>`;
      const html = toHtml([
        { kind: "paragraph", text: hostile },
        { kind: "code", text: hostile },
        { kind: "table", columns: [hostile], rows: [[{ label: hostile, url: `${url}"${text}` }]] },
        { kind: "details", summary: hostile, blocks: [] },
      ]);
      expect(html).not.toMatch(/<script|<img/);
      // Every attribute ends where it began: no quote of the content can close one.
      expect(html.replaceAll(/<a href="[^"<>]*">/g, "")).not.toContain("href=");
    }),
  );
});

test.each(["javascript:alert(1)", "data:text/html,x", "//host/x y", "vbscript:x"])(
  "%s is no link",
  (url) => {
    expect(toHtml([{ kind: "list", items: [{ label: "x", url }] }])).toContain('href="#"');
    expect(toMarkdown([{ kind: "list", items: [{ label: "x", url }] }])).toBe("- [x](#)");
  },
);

test("parts of other steps stay, a step's own part is replaced, in place", () => {
  let document = placeSection("", "a", "first");
  document = placeSection(document, "b", "second");
  document = placeSection(document, "a", "third");
  expect(document).toBe(`<!-- slipway:a:start -->
third
<!-- slipway:a:end -->
<!-- slipway:b:start -->
second
<!-- slipway:b:end -->
`);
});

test("a marker that is quoted in a part is no marker", () => {
  let document = placeSection("", "a", "quotes <!-- slipway:a:end --> it");
  document = placeSection(document, "a", "gone");
  expect(document).toBe("<!-- slipway:a:start -->\ngone\n<!-- slipway:a:end -->\n");
});

test("the page of an earlier step is gone on with; any other page is not kept", () => {
  const page = placeSection(openPage("Report", ""), "a", "<p>one</p>");
  const both = placeSection(openPage("Report", page), "b", "<p>two</p>");
  expect(both).toMatch(
    /<h1>Report<\/h1>\n<!-- slipway:a:start -->\n<p>one<\/p>[^]*<p>two<\/p>[^]*<\/body>/,
  );
  expect(openPage("Report", "<script>alert(1)</script>")).not.toContain("script>");
});

test("the page loads nothing and runs nothing", () => {
  const page = openPage("Report", "");
  expect(page).toContain(`content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"`);
  expect(page).not.toMatch(/<script|<link|src=|url\(/);
});
