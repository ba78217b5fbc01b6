/** Why a text cannot be an artifact's name, which is a file name in every cache; `undefined` where it can. */
export function nameProblem(name: string): string | undefined {
  if (name === "" || name === "." || name === "..") return "its name is empty or only dots.";
  if (/[/\\]/.test(name)) return "its name is a file name and must hold no slash.";
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  if (/[\u0000-\u001f\u007f]/.test(name)) return "its name must hold no control character.";
  // The part behind # names the folder that Spark unpacks to, and % and ? are cut or decoded in addresses.
  if (/[#?%]/.test(name))
    return "its name must hold none of # ? %, which addresses read otherwise.";
  if (Buffer.byteLength(name) > 255) return "its name is longer than 255 bytes.";
  return undefined;
}

/** The suffixes that YARN unpacks; any other archive is copied as it is. */
const unpacked = [".tgz", ".tar.gz", ".tar", ".zip", ".jar"] as const;

/** Whether `archives=…#venv` unpacks a file of this name. */
export function isUnpacked(name: string): boolean {
  return unpacked.some((suffix) => name.toLowerCase().endsWith(suffix));
}
