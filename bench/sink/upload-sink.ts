/** Takes uploads of zeros, of a size known beforehand, and lists them with the digest that they must have. */
import { createHash } from "node:crypto";
import { createServer } from "node:http";

const size = Number(process.env["SINK_BYTES"]);
const sha256 = digestOfZeros();
const versions = new Set<string>();

const server = createServer((request, response) => {
  const url = new URL(request.url ?? "/", "http://localhost");
  let received = 0;
  request.on("data", (chunk: Buffer) => {
    received += chunk.length;
  });
  request.on("end", () => {
    if (request.method === "PUT") {
      if (received === size) versions.add(url.pathname.split("/").at(-2) ?? "");
      response.writeHead(received === size ? 201 : 400, { "content-type": "application/json" });
      response.end("{}");
      return;
    }
    const version = url.searchParams.get("package_version") ?? "";
    const answer = url.pathname.endsWith("/package_files")
      ? [{ id: 1, file_name: "large.bin", size, file_sha256: sha256 }]
      : versions.has(version)
        ? [{ id: 1, name: "bench", version }]
        : [];
    response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
  });
});
server.requestTimeout = 0;
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  if (typeof address === "object" && address !== null)
    console.log(`http://127.0.0.1:${address.port}`);
});

function digestOfZeros(): string {
  const hash = createHash("sha256");
  const zeros = Buffer.alloc(1024 ** 2);
  for (let left = size; left > 0; left -= zeros.length)
    hash.update(zeros.subarray(0, Math.min(left, zeros.length)));
  return hash.digest("hex");
}
