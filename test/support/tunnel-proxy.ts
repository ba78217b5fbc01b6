import { once } from "node:events";
import { createServer } from "node:http";
import { connect } from "node:net";

/** A proxy that carries https alone, and remembers to where. */
export interface TunnelProxy {
  readonly url: string;
  /** Host and port of every tunnel. */
  readonly tunnels: string[];
  close(): void;
}

export async function startTunnelProxy(): Promise<TunnelProxy> {
  const tunnels: string[] = [];
  const server = createServer((_request, response) => response.writeHead(400).end());
  server.on("connect", ({ url = "" }, socket, head) => {
    tunnels.push(url);
    const [host = "", port] = url.split(":");
    const upstream = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
      upstream.write(head);
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on("error", () => socket.destroy());
    socket.on("error", () => upstream.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return {
    url: `http://127.0.0.1:${port}`,
    tunnels,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
