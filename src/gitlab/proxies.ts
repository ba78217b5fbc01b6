/** Which proxy a request takes, as the environment says. */
export interface Proxies {
  /** For http addresses; empty for none. */
  http: string;
  /** For https addresses; empty for none. */
  https: string;
  /** Hosts that are reached directly, as NO_PROXY lists them. */
  none: string;
}

/**
 * Reads the proxy variables as curl and git do, so that all parts of a step take the same way: lower case before
 * upper case, ALL_PROXY where the particular one is not set, and an https address never by the http proxy (H14).
 */
export function readProxies(environment: Readonly<Record<string, string | undefined>>): Proxies {
  const first = (...names: readonly string[]): string =>
    names.map((name) => environment[name]?.trim() ?? "").find((value) => value !== "") ?? "";
  return {
    http: withScheme(first("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")),
    https: withScheme(first("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")),
    none: first("no_proxy", "NO_PROXY"),
  };
}

/** Whether a client can go by way of it: scheme http or https, a host, and nothing behind it. */
export function isProxyAddress(proxy: string): boolean {
  const { protocol = "", pathname } = URL.parse(proxy) ?? {};
  return /^https?:$/.test(protocol) && pathname === "/";
}

function withScheme(proxy: string): string {
  return proxy === "" || /^[a-z][a-z0-9+.-]*:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
}
