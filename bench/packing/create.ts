/** `node create.ts PREFIX FILE CHANNEL PACKAGES`: makes an environment as the conda-pack step does. */
import { createEnvironment } from "../../src/conda/index.ts";
import { silentLog } from "../../src/step/index.ts";

const [, , prefix = "", environmentFile = "", channel = "", packages = ""] = process.argv;
await createEnvironment({
  prefix,
  environmentFile,
  channels: [channel],
  packagesDirs: [packages],
  env: process.env,
  cwd: process.cwd(),
  log: silentLog,
  signal: new AbortController().signal,
});
