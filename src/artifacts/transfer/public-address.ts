/** An address without its query, which may hold a signature or a token (S07). */
export function publicAddress(url: URL): string {
  return `${url.origin}${url.pathname}`;
}
