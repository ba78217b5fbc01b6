import { escapeHtml } from "./blocks.ts";

const style = `
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border: 1px solid #8885; padding: .25rem .6rem; text-align: left; vertical-align: top; }
pre { background: #8881; padding: .75rem; overflow-x: auto; border-radius: .25rem; }
section { border-top: 1px solid #8885; margin-top: 1.5rem; }
summary { cursor: pointer; }
.failed { color: #c62828; } .ok { color: #2e7d32; }
`.trim();

/** @returns the page that earlier steps of the job left, else an empty one: whatever else is there may hold anything. */
export function openPage(title: string, existing: string): string {
  const empty = page(title, "");
  const head = empty.slice(0, empty.indexOf("<h1>"));
  return existing.startsWith(head) ? existing : empty;
}

/** The frame of `index.html`: self-contained, readable without JavaScript. */
export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${escapeHtml(title)}</title>
<style>
${style}
</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
${body}</body>
</html>
`;
}

/** Puts a step's part between its own markers: a later run of the step replaces it, other steps' parts stay. */
export function placeSection(document: string, step: string, section: string): string {
  const [start, end] = [`<!-- slipway:${step}:start -->`, `<!-- slipway:${step}:end -->`];
  // A marker within quoted text must not be taken for one.
  const part = `${start}\n${section.replaceAll("<!-- slipway:", "<!-- slipway :")}\n${end}\n`;
  const from = document.indexOf(start);
  const to = document.indexOf(end, from);
  if (from >= 0 && to > from) {
    return document.slice(0, from) + part + document.slice(to + end.length).replace(/^\n/, "");
  }
  const close = document.lastIndexOf("</body>");
  return close < 0 ? document + part : document.slice(0, close) + part + document.slice(close);
}
