import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import type { EnvironmentSpec } from "./environment-spec.ts";

/**
 * Lines of the pip section that install sources in editable mode. The project's own is none of them: it is installed
 * again, as what it is.
 *
 * @param projectDir absolute
 */
export function editableLines({ file, pip }: EnvironmentSpec, projectDir: string): string[] {
  return pip.lines.filter((line) => {
    const [, place] = /^(?:-e|--editable)[\s=]+([^\s;#[]+)/.exec(line) ?? [];
    return place !== undefined && folderOf(place, dirname(file)) !== projectDir;
  });
}

function folderOf(place: string, base: string): string {
  return place.startsWith("file:///") ? fileURLToPath(place) : resolve(base, place);
}
