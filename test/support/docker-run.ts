import { execa } from "execa";
import { slipwayImage } from "./image.ts";

export interface ContainerRun {
  readonly exitCode: number;
  /** Standard output and error as they came. */
  readonly output: string;
}

/** As strict as clusters run jobs: nothing but /tmp and what is mounted can be written, and /tmp is noexec. */
export const strict = ["--read-only", "--tmpfs", "/tmp"] as const;

/** `docker run --rm OPTIONS… IMAGE COMMAND…`, in the image with every step unless another is named. */
export async function dockerRun(
  options: readonly string[],
  command: readonly string[] = [],
  image = slipwayImage(),
): Promise<ContainerRun> {
  const { exitCode, all } = await execa("docker", ["run", "--rm", ...options, image, ...command], {
    reject: false,
    all: true,
  });
  return { exitCode: exitCode ?? -1, output: all };
}

/** docker itself, which must succeed. @returns what it printed. */
export async function docker(...args: readonly string[]): Promise<string> {
  const { stdout } = await execa("docker", args);
  return stdout;
}

/** Where containers reach a server of this machine that listens on every address: the gateway of docker's bridge. */
export async function hostOfContainers(): Promise<string> {
  const { output } = await dockerRun([], ["cat", "/proc/net/route"]);
  // Columns: interface, destination, gateway; addresses in hexadecimal, lowest byte first.
  const [, gateway = ""] = /^\S+\s+00000000\s+([0-9A-F]{8})/m.exec(output) ?? [];
  return (gateway.match(/../g) ?? [])
    .map((byte) => Number.parseInt(byte, 16))
    .toReversed()
    .join(".");
}
