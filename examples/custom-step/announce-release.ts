import { existsSync } from "node:fs";
import { appendFile, readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { defineErrors, defineStep, type Effect, exit, path, runCommand, text } from "slipway";

const newsError = defineErrors({
  E_NEWS_LOST: {
    exit: exit.machine,
    cause: "The line was added to the file of news, but is not in it.",
    cure: "Look for another process that writes the same file, then run the step again.",
  },
});

const announceRelease = defineStep({
  name: "announce-release",
  summary: "Add a line about a release to a file of news",
  inputs: {
    ANNOUNCED_TAG: text({
      chain: ["RELEASE_TAG"],
      from: ["CI_COMMIT_TAG"],
      about: "Tag of the release.",
      example: "v0.15.0",
    }),
    NEWS_PATH: path({ default: "NEWS.md", about: "File that the line is added to." }),
  },
  outputs: { NEWS_LINE: "The line about the release" },
  examples: [
    { title: "Announce a tag", command: "ANNOUNCED_TAG=v0.15.0 announce-release" },
    { title: "Only look", command: "DRY_RUN=true ANNOUNCED_TAG=v0.15.0 announce-release" },
  ],
  errors: [newsError.table],
  async plan({ inputs, cwd, output }) {
    const line = `- ${inputs.ANNOUNCED_TAG} is released.`;
    output("NEWS_LINE", line);
    return [addLine(resolve(cwd, inputs.NEWS_PATH), line)];
  },
});

/** The line is looked for before it is written, so that a second run finds it and changes nothing. */
function addLine(file: string, line: string): Effect<string> {
  const find = async () => {
    const news = existsSync(file) ? await readFile(file, "utf8") : "";
    return news.split("\n").includes(line) ? line : false;
  };
  return {
    id: `announce:${line}`,
    sentence: `Add "${line}" to ${file}`,
    isDone: find,
    apply: () => appendFile(file, `${line}\n`),
    verify: async () => {
      const found = await find();
      if (found === false) throw newsError("E_NEWS_LOST", `${file} does not hold "${line}".`);
      return found;
    },
  };
}

export default announceRelease;

if (import.meta.main) await runCommand(announceRelease);
