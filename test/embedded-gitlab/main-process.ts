import { join } from "node:path";
import { pathToFileURL } from "node:url";

const main = join(import.meta.dirname, "../../src/embedded-gitlab/main.ts");

/** Arguments by which Node.js runs the command `embedded-gitlab` from its sources, as the launcher does from the build. */
export const mainArguments: readonly string[] = [
  "--input-type=module",
  "--eval",
  `import { run } from ${JSON.stringify(pathToFileURL(main).href)}; await run();`,
];
