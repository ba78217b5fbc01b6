import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { inject } from "vitest";

const root = join(import.meta.dirname, "../..");

declare module "vitest" {
  interface ProvidedContext {
    /** What jobs run in, built of this very tree. */
    slipwayImage: string;
  }
}

/** Builds the images, once for all tests that run in containers. */
export default function buildImages(project: {
  provide(name: "slipwayImage", value: string): void;
}): void {
  const image = "slipway:dev";
  execFileSync(process.execPath, [join(root, "scripts/setup.js"), "image", image], {
    stdio: ["ignore", "ignore", "pipe"],
    maxBuffer: 1e9,
  });
  project.provide("slipwayImage", image);
}

/** The image with every step; `<name>-build` is its variant with a compiler. */
export function slipwayImage(): string {
  return inject("slipwayImage");
}
