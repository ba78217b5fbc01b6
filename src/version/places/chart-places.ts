import { versionErrors } from "../errors.ts";
import type { FileSource } from "../file-source.ts";
import { decodeFile, type VersionPlace } from "./place.ts";

/** `version` of a Helm chart's `Chart.yaml`, and its `appVersion` where it is the same. */
export async function findChartPlaces(source: FileSource): Promise<VersionPlace[]> {
  const file = await source.read("Chart.yaml");
  if (file === undefined) return [];
  const text = decodeFile("Chart.yaml", file.bytes);
  const { isMap, isScalar, parseDocument } = await import("yaml");
  const { contents, errors } = parseDocument(text);
  const [problem] = errors;
  if (problem !== undefined)
    throw versionErrors("E_VERSION_FILE", `'Chart.yaml' is not YAML: ${problem.message}`, {
      hint: "Correct the file.",
    });
  const read = (key: string): VersionPlace | undefined => {
    const node: unknown = isMap(contents) ? contents.get(key, true) : undefined;
    if (!isScalar(node) || !node.range) return undefined;
    const [start, end] = node.range;
    const quotes = /^["']/u.test(text.slice(start, end)) ? 1 : 0;
    const span = { start: start + quotes, end: end - quotes };
    const version = text.slice(span.start, span.end);
    if (version === "" || /\s/u.test(version)) return undefined;
    const title = `${key} of Chart.yaml`;
    return { path: file.path, title, ecosystem: "helm", version, span, isMirror: false };
  };
  const own = read("version");
  const app = read("appVersion");
  if (own === undefined) return [];
  return app?.version === own.version ? [own, app] : [own];
}
