import type { schemes } from "./schemes.ts";

export interface Vector {
  number: number;
  of: keyof typeof schemes;
  version: string;
  part: string;
  result: string | RegExp;
}

/** The arithmetic vectors of bump2version and bump-my-version; an expression stands for the text of an error. */
export const vectors: readonly Vector[] = [
  { number: 1, of: "D", version: "1.2.3", part: "major", result: "2.0.0" },
  { number: 2, of: "D", version: "1.2.3", part: "patch", result: "1.2.4" },
  {
    number: 3,
    of: "D",
    version: "1.2.3",
    part: "build",
    result: /^No part named 'build'\. Parts: major, minor, patch$/,
  },
  { number: 4, of: "D", version: "2021.02.09", part: "patch", result: "2021.02.10" },
  { number: 5, of: "D", version: "2021.02.09", part: "minor", result: "2021.3.0" },
  { number: 6, of: "S", version: "1.2.3", part: "major", result: "2" },
  { number: 7, of: "S", version: "1.2.3", part: "patch", result: "1.2.4" },
  { number: 8, of: "S", version: "2", part: "minor", result: "2.1" },
  { number: 9, of: "S", version: "0.0.1", part: "major", result: "1" },
  { number: 10, of: "S", version: "0.0.1", part: "patch", result: "0.0.2" },
  { number: 11, of: "W", version: "0.15.0.dev", part: "release", result: "0.15.0" },
  { number: 12, of: "W", version: "0.15.0.dev", part: "minor", result: "0.16.0.dev" },
  { number: 13, of: "W", version: "0.15.0", part: "minor", result: "0.16.0.dev" },
  { number: 14, of: "W", version: "0.15.0", part: "major", result: "1.0.0.dev" },
  {
    number: 15,
    of: "W",
    version: "0.15.0",
    part: "release",
    result: /^'release' is already 'unused', the last of dev, unused\. Bump major, minor or patch$/,
  },
  { number: 16, of: "W", version: "0.16.0", part: "patch", result: "0.16.1.dev" },
  { number: 17, of: "W", version: "0.0.0.dev", part: "release", result: "0.0.0" },
  { number: 18, of: "Wswapped", version: "0.15.0.dev", part: "release", result: "0.15.0" },
  { number: 19, of: "M", version: "1.0.0", part: "patch", result: "1.0.1-dev1" },
  {
    number: 20,
    of: "M",
    version: "1.0.0",
    part: "build",
    result:
      /^major=1, minor=0, patch=0, release=ga, build=2 cannot be written: format 1 '.*' -> '1\.0\.0-ga2' reads back as build=1; format 2 lacks build$/,
  },
  { number: 21, of: "M", version: "1.0.1-dev1", part: "build", result: "1.0.1-dev2" },
  { number: 22, of: "M", version: "1.0.1-rc2", part: "build", result: "1.0.1-rc3" },
  { number: 23, of: "P", version: "1.0a", part: "pre", result: "1.0b" },
  { number: 24, of: "P", version: "1.0a", part: "minor", result: "1.1dev" },
  { number: 25, of: "N", version: "0.15.0.dev0", part: "release", result: "0.15.0" },
  { number: 26, of: "N", version: "0.15.0.dev3", part: "minor", result: "0.16.0.dev0" },
  { number: 27, of: "firstIsOne", version: "0.9.4", part: "major", result: "1.1.0" },
  { number: 28, of: "firstIsOne", version: "0.9.4", part: "minor", result: "0.10.0" },
  { number: 29, of: "L", version: "1.5.dev", part: "release", result: "1.5" },
  { number: 30, of: "O", version: "1.alpha", part: "release", result: "1.beta" },
  { number: 31, of: "greedyTail", version: "1.0.r3-001", part: "c", result: "1.0.r4-001" },
  { number: 32, of: "spam", version: "XXX1;0;0", part: "blob", result: "XXX1;1;0" },
  { number: 33, of: "Q", version: "0.1.0-dev", part: "build", result: "0.1.0-dev.1" },
  { number: 34, of: "Q", version: "0.2.0", part: "build", result: "0.2.0-prod.1" },
  { number: 35, of: "Z", version: "0.0.0", part: "minor", result: "0.1.0-dev0" },
  { number: 36, of: "Z", version: "0.0.0", part: "build", result: "0.0.0-prod1" },
  { number: 37, of: "skipping", version: "1.0.3", part: "patch", result: "1.0.4" },
  { number: 38, of: "padded", version: "1.02.3", part: "minor", result: "1.03.0" },
  { number: 39, of: "counted", version: "2.1.6-5123", part: "major", result: "3.0.0-5123" },
];
