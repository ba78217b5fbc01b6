import { resolve } from "node:path";
import type { Check } from "./check.ts";
import { checkCheckout } from "./checkout.ts";
import type { SetupContext } from "./inputs.ts";
import { checkAuthorities, checkDisk, checkProxies } from "./machine.ts";
import { checkPacking } from "./packing.ts";
import { checkServer } from "./server.ts";
import { checkVersion } from "./version.ts";

/** All checks, in the order of a release: the server and its rights, the project's files, this machine. */
export async function examine(context: SetupContext): Promise<readonly Check[]> {
  const folder = resolve(context.cwd, context.inputs.PROJECT_DIR);
  const version = await checkVersion(context, folder);
  const server = await checkServer(context, version);
  return [
    ...server,
    version.check,
    ...(await checkPacking(context, folder)),
    await checkCheckout(context, folder, version.isFromTags),
    await checkDisk(context),
    await checkAuthorities(context),
    checkProxies(context),
  ];
}
