/**
 * Prints the bill of materials of the image it runs in: CycloneDX 1.6, JSON; Debian packages and those of npm.
 *
 *     node scripts/image/bill.ts NAME VERSION
 *
 * The same packages make the same bytes.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import process from "node:process";
import type { NpmPackage } from "./packages.ts";

const [name = "slipway", version = "0"] = process.argv.slice(2);
const npm: readonly NpmPackage[] = JSON.parse(
  readFileSync("/usr/share/slipway/packages.json", "utf8"),
);
// npm installs the same version in several places where they need it.
const components = [
  ...new Map(
    [...debianPackages(), ...npm.map(npmComponent)].map((one) => [one.purl, one]),
  ).values(),
].toSorted((left, right) => (left.purl < right.purl ? -1 : 1));
const digest = createHash("sha256")
  .update(JSON.stringify([name, version, components]))
  .digest("hex");
const purl = `pkg:oci/${name}@${version}`;

process.stdout.write(
  `${JSON.stringify(
    {
      $schema: "http://cyclonedx.org/schema/bom-1.6.schema.json",
      bomFormat: "CycloneDX",
      specVersion: "1.6",
      serialNumber: `urn:uuid:${uuidOf(digest)}`,
      version: 1,
      metadata: {
        component: { type: "container", "bom-ref": purl, name, version, purl },
      },
      components,
      dependencies: [{ ref: purl, dependsOn: components.map(({ purl: ref }) => ref) }],
    },
    undefined,
    2,
  )}\n`,
);

function debianPackages() {
  const fields = "${Package}\t${Version}\t${Architecture}\t${source:Package}\n";
  const rows = execFileSync("dpkg-query", ["-W", "-f", fields], { encoding: "utf8" });
  return rows
    .trim()
    .split("\n")
    .map((row) => row.split("\t"))
    .map(([deb = "", debVersion = "", architecture = "", source = ""]) => {
      const ref = `pkg:deb/debian/${encodeURIComponent(deb)}@${encodeURIComponent(debVersion)}?arch=${architecture}&distro=trixie`;
      return {
        type: "library",
        "bom-ref": ref,
        name: deb,
        version: debVersion,
        purl: ref,
        properties: [{ name: "slipway:debian:source", value: source }],
      };
    });
}

function npmComponent({ name: npmName, version: npmVersion, license }: NpmPackage) {
  const ref = `pkg:npm/${npmName.replace("@", "%40")}@${npmVersion}`;
  return {
    type: "library",
    "bom-ref": ref,
    name: npmName,
    version: npmVersion,
    purl: ref,
    ...(license !== undefined && { licenses: [{ expression: license }] }),
  };
}

/** A UUID of the free form (version 8) out of a digest. */
function uuidOf(hex: string): string {
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}
