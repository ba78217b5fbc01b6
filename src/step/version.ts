import manifest from "../../package.json" with { type: "json" };

/** The version of Slipway, as its package says. */
export const slipwayVersion: string = manifest.version;
