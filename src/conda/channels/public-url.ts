/**
 * The address without user name, password and conda token: what may be printed and recorded.
 *
 * @returns the text itself where it is no address
 */
export function publicUrl(address: string): string {
  const url = URL.parse(address);
  if (url === null) return withoutToken(address);
  url.username = "";
  url.password = "";
  url.pathname = withoutToken(url.pathname);
  return url.href;
}

function withoutToken(path: string): string {
  return path.replace(/\/t\/[^/]+(?=\/|$)/, "");
}
