import type { Step } from "../../src/step/index.ts";
import { table } from "./markdown.ts";

const [start, end] = ["<!-- steps:start -->", "<!-- steps:end -->"];

/** @returns the README with its table of steps brought up to date. @throws {Error} where the markers are missing. */
export function stepsTable(readme: string, steps: readonly Step[]): string {
  const [from, to] = [readme.indexOf(start), readme.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`README.md lacks ${start} and ${end}`);
  const rows = steps.map(({ name, summary }) => [`[${name}](docs/reference/${name}.md)`, summary]);
  const rendered = table(["Step", "What it does"], rows);
  return `${readme.slice(0, from)}${start}\n\n${rendered}\n\n${readme.slice(to)}`;
}
