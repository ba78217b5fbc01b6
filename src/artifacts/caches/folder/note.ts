/** What was found when a file of a folder was hashed. */
export interface Note {
  readonly sha256: string;
  readonly sizeBytes: number;
  /** Time of the file's last change, in nanoseconds. */
  readonly changedNs: string;
}

/** Hidden, so that no listing for artifacts shows it. */
export function noteName(name: string): string {
  return `.${name}.slipway-sha256`;
}

export function writeNote(note: Note): string {
  return `${JSON.stringify(note)}\n`;
}

/** @returns `undefined` for what is no note: then the file is read again. */
export function parseNote(text: string): Note | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  if (!("sha256" in value && "sizeBytes" in value && "changedNs" in value)) return undefined;
  const { sha256, sizeBytes, changedNs } = value;
  if (typeof sha256 !== "string" || !/^[0-9a-f]{64}$/.test(sha256)) return undefined;
  if (typeof sizeBytes !== "number" || typeof changedNs !== "string") return undefined;
  return { sha256, sizeBytes, changedNs };
}
