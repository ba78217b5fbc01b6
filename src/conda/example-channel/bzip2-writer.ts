/** Compresses with the `bz2` module of the Python that the channel is made of: Node.js has no bzip2. */
export async function compressBzip2(bytes: Buffer, python: string): Promise<Buffer> {
  const { execa } = await import("execa");
  const program =
    "import bz2, sys; sys.stdout.buffer.write(bz2.compress(sys.stdin.buffer.read(), 9))";
  const { stdout } = await execa(python, ["-I", "-c", program], {
    input: bytes,
    encoding: "buffer",
    env: {},
    extendEnv: false,
  });
  return Buffer.from(stdout);
}
