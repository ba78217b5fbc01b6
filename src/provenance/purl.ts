/**
 * Package URLs, the names that vulnerability databases share.
 *
 * @see https://github.com/package-url/purl-spec/blob/main/PURL-SPECIFICATION.rst
 */
export interface CondaName {
  readonly name: string;
  readonly version: string;
  readonly build: string;
  readonly subdir: string;
  readonly channel: string;
  /** Where it was fetched from; its ending is the type of the archive. */
  readonly url: string;
}

/** `pkg:conda/python@3.12.1?build=h1_0&channel=conda-forge&subdir=linux-64&type=conda` */
export function condaPurl({ name, version, build, subdir, channel, url }: CondaName): string {
  const type = url.endsWith(".tar.bz2") ? "tar.bz2" : url.endsWith(".conda") ? "conda" : "";
  const qualifiers = Object.entries({ build, channel: channelName(channel), subdir, type })
    .filter(([, value]) => value !== "")
    .map(([key, value]) => `${key}=${encode(value)}`);
  const tail = qualifiers.length === 0 ? "" : `?${qualifiers.join("&")}`;
  return `pkg:conda/${encode(name)}@${encode(version)}${tail}`;
}

/** `pkg:pypi/typing-extensions@4.9.0`: the name in the form that all spellings share. */
export function pypiPurl(name: string, version: string): string {
  return `pkg:pypi/${encode(name.replaceAll(/[-_.]+/g, "-").toLowerCase())}@${encode(version)}`;
}

/** Records hold names or addresses, with or without the platform: `https://conda.anaconda.org/conda-forge/linux-64`. */
function channelName(channel: string): string {
  const path = channel.replace(/\/(noarch|[a-z]+-[a-z0-9_]+)\/?$/, "").replace(/\/+$/, "");
  return path.slice(path.lastIndexOf("/") + 1);
}

function encode(text: string): string {
  return encodeURIComponent(text)
    .replaceAll(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll("%3A", ":");
}
