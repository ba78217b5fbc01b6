import { statfs } from "node:fs/promises";
import { tmpdir } from "node:os";
import {
  authorityFiles,
  isProxyAddress,
  readAuthorityEnds,
  readProxies,
} from "../../src/gitlab/index.ts";
import { humanSize } from "../../src/step/index.ts";
import { type Check, examining, verdicts } from "./check.ts";
import type { SetupContext } from "./inputs.ts";

const dayMs = 86_400_000;

/** Free space where packs are made. */
export async function checkDisk({ inputs, cwd, environment }: SetupContext): Promise<Check> {
  const least = inputs.CHECK_FREE_SPACE;
  const check = verdicts("disk", "Free space", `${humanSize(least)} or more`);
  const temporary = environment["TMPDIR"] ?? tmpdir();
  const folders = await Promise.all(
    [...new Set([cwd, temporary])].map(async (folder) => {
      const found = await statfs(folder).catch(() => undefined);
      return { folder, free: found === undefined ? undefined : found.bavail * found.bsize };
    }),
  );
  const said = folders
    .map(({ folder, free }) => `${folder}: ${free === undefined ? "not there" : humanSize(free)}`)
    .join(", ");
  const isMissing = folders.some(({ free }) => free === undefined);
  if (isMissing) return check.wrong(said, "Let TMPDIR name a folder that is there.");
  const isTight = folders.some(({ free = 0 }) => free < least);
  if (!isTight) return check.ok(said);
  return check.wrong(
    said,
    "Make room on the runner, or let TMPDIR and CONDA_PKGS_DIRS name a larger disk. CHECK_FREE_SPACE says how much is needed.",
  );
}

/** Certificates of own authorities. */
export async function checkAuthorities({ inputs, clock }: SetupContext): Promise<Check> {
  const check = verdicts(
    "authorities",
    "Own certificate authorities",
    "readable, and valid for long",
  );
  return examining(check, async () => {
    const files = authorityFiles(inputs);
    if (files.length === 0) return check.ok("none given: those of the system and of Node.js count");
    const ends = await readAuthorityEnds(files);
    const now = clock.now().getTime();
    const title = ({ variable, subject, validTo }: (typeof ends)[number]) =>
      `${variable}: ${subject}, until ${validTo.toISOString().slice(0, 10)}`;
    const over = ends.filter(({ validTo }) => validTo.getTime() < now);
    if (over.length > 0)
      return check.wrong(over.map(title).join("; "), "Give the new certificate of the authority.");
    const soon = ends.filter(({ validTo }) => validTo.getTime() < now + 30 * dayMs);
    if (soon.length > 0)
      return check.warning(
        soon.map(title).join("; "),
        "Get the next certificate of the authority before this one ends.",
      );
    return check.ok(ends.map(title).join("; "));
  });
}

const pairs = [
  ["http_proxy", "HTTP_PROXY"],
  ["https_proxy", "HTTPS_PROXY"],
  ["no_proxy", "NO_PROXY"],
] as const;

/** Proxies, as curl, git and the client all read them. */
export function checkProxies({ environment }: SetupContext): Check {
  const check = verdicts("proxies", "Proxies", "valid addresses, and one meaning for all tools");
  const { http, https, none } = readProxies(environment);
  const used = [...new Set([http, https])].filter((address) => address !== "");
  const broken = used.filter((address) => !isProxyAddress(address));
  if (broken.length > 0)
    return check.wrong(
      `${broken.length} of the proxies ${broken.length === 1 ? "is" : "are"} no http(s) address`,
      "Write HTTP_PROXY and HTTPS_PROXY as http://host:port, with user name and password percent-encoded.",
    );
  const differing = pairs.filter(([lower, upper]) => {
    const [one = "", other = ""] = [environment[lower], environment[upper]];
    return one !== "" && other !== "" && one !== other;
  });
  if (differing.length > 0)
    return check.warning(
      `${differing.map((names) => names.join(" and ")).join(", ")} differ`,
      "Give both spellings the same value: tools disagree on which one counts.",
    );
  if (used.length === 0) return check.ok("none");
  const hosts = used.map((address) => URL.parse(address)?.host ?? "");
  return check.ok(`${hosts.join(", ")}${none === "" ? "" : `; not for ${none}`}`);
}
