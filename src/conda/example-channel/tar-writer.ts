/** One member of a tar that is to be made. */
export interface TarMember {
  readonly source: string;
  readonly name: string;
}

/**
 * Makes a tar with Python, which keeps every mode as it is and knows bzip2; Node.js has neither.
 *
 * @param time of every member
 */
export async function writeTar(
  members: readonly TarMember[],
  { python, compression, time }: { python: string; compression: "none" | "bzip2"; time: Date },
): Promise<Buffer> {
  const { execa } = await import("execa");
  const seconds = time.getTime() / 1000;
  const mode = compression === "bzip2" ? "w|bz2" : "w|";
  const { stdout } = await execa(python, ["-I", "-c", program, mode, String(seconds)], {
    input: JSON.stringify(members.map(({ source, name }) => [source, name])),
    encoding: "buffer",
    env: { LC_ALL: "C.UTF-8" },
    extendEnv: false,
  });
  return Buffer.from(stdout);
}

const program = `
import json, sys, tarfile

mode, time = sys.argv[1:]
with tarfile.open(fileobj=sys.stdout.buffer, mode=mode, format=tarfile.PAX_FORMAT) as archive:
    for source, name in json.load(sys.stdin):
        member = archive.gettarinfo(source, name)
        member.uid = member.gid = 0
        member.uname = member.gname = ""
        member.mtime = int(time)
        if member.isreg():
            with open(source, "rb") as file:
                archive.addfile(member, file)
        else:
            archive.addfile(member)
`;
