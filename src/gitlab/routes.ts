import type { buildConnector, Dispatcher } from "undici";
import { keepReadingAfterFailedWrite } from "./keep-reading.ts";
import { isProxyAddress, type Proxies } from "./proxies.ts";
import { TransportError } from "./transport-error.ts";
import { type AuthorityFile, readTrust } from "./trust.ts";

export interface RouteSettings {
  proxies: Proxies;
  /** Authorities to trust besides the system's. */
  authorityFiles: readonly AuthorityFile[];
  /** Time for a connection, in milliseconds. */
  connectMs: number;
}

/** The ways to servers: direct or by proxy, with the authorities that TLS trusts. */
export interface Routes {
  to(url: URL): Promise<Dispatcher>;
  close(): Promise<void>;
}

// Node gives an address 250 ms before it tries the next, which is too little where IPv6 is broken (H16).
const nextAddressMs = 3000;

/** Prepares the routes; a kind of route is made when the first request takes it. */
export function openRoutes(settings: RouteSettings): Routes {
  const opened = new Map<string, Promise<Dispatcher>>();
  return {
    to({ protocol }) {
      const known = opened.get(protocol) ?? openRoute(protocol, settings);
      opened.set(protocol, known);
      return known;
    },
    async close() {
      const open = await Promise.allSettled(opened.values());
      await Promise.all(
        open.map((route) => (route.status === "fulfilled" ? route.value.destroy() : undefined)),
      );
      opened.clear();
    },
  };
}

async function openRoute(
  protocol: string,
  { proxies, authorityFiles, connectMs }: RouteSettings,
): Promise<Dispatcher> {
  const isTls = protocol === "https:";
  const proxy = isTls ? proxies.https : proxies.http;
  if (proxy !== "" && !isProxyAddress(proxy))
    throw noProxyAddress(isTls ? "HTTPS_PROXY" : "HTTP_PROXY");
  const mayNeedTls = isTls || proxy.startsWith("https:");
  const [{ Agent, buildConnector, EnvHttpProxyAgent }, ca] = await Promise.all([
    import("undici"),
    mayNeedTls ? readTrust(authorityFiles) : undefined,
  ]);
  const tls = ca === undefined ? {} : { ca: [...ca] };
  const reach = {
    timeout: connectMs,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: nextAddressMs,
  };
  const connect = buildConnector({ ...reach, ...tls, allowH2: false });
  const options = {
    // One request a connection at a time over HTTP/1.1: its flow and its resets are those of TCP.
    allowH2: false,
    connectTimeout: connectMs,
    connect: withAnswersRead(connect),
    requestTls: tls,
    proxyTls: { ...reach, ...tls },
  };
  if (proxy === "") return new Agent(options);
  return new EnvHttpProxyAgent({
    ...options,
    httpProxy: proxy,
    httpsProxy: proxy,
    noProxy: proxies.none,
  });
}

// The value may hold a password, and what is no address cannot be taken apart.
function noProxyAddress(variable: string): TransportError {
  const message = `the proxy in ${variable} is no address such as http://host:port (a user name and password are percent-encoded)`;
  return new TransportError("proxy", false, message);
}

function withAnswersRead(connect: buildConnector.connector): buildConnector.connector {
  return (options, callback) => {
    connect(options, (...result) => {
      const [error, socket] = result;
      if (error === null) keepReadingAfterFailedWrite(socket);
      callback(...result);
    });
  };
}
