import { expect, test } from "vitest";
import { parseMatchSpec } from "../../src/conda/spec/match-spec.ts";

const cases = [
  { text: "python", spec: "python", name: "python", channel: undefined },
  { text: "python=3.11", spec: "python=3.11", name: "python", channel: undefined },
  { text: "Numpy >=1.26,<2", spec: "Numpy >=1.26,<2", name: "numpy", channel: undefined },
  { text: "python==3.11.7=h1_0", spec: "python==3.11.7=h1_0", name: "python", channel: undefined },
  {
    text: "conda-forge::numpy>=1.26",
    spec: "numpy>=1.26",
    name: "numpy",
    channel: "conda-forge",
  },
  {
    text: "conda-forge/linux-64::numpy 1.26.*",
    spec: "numpy 1.26.*",
    name: "numpy",
    channel: "conda-forge",
  },
  {
    text: "http://127.0.0.1:8080/chan::demo",
    spec: "demo",
    name: "demo",
    channel: "http://127.0.0.1:8080/chan",
  },
  { text: "chan/label/dev::demo=1", spec: "demo=1", name: "demo", channel: "chan/label/dev" },
  { text: "demo[channel=chan]", spec: "demo", name: "demo", channel: "chan" },
  {
    text: "demo[version='>=1', channel='chan']",
    spec: "demo[version='>=1']",
    name: "demo",
    channel: "chan",
  },
  {
    text: "demo[version='>=1']",
    spec: "demo[version='>=1']",
    name: "demo",
    channel: undefined,
  },
] as const;

test.each(cases)("$text is $name of channel $channel", ({ text, spec, name, channel }) => {
  expect(parseMatchSpec(text)).toEqual({
    spec,
    name,
    ...(channel === undefined ? {} : { channel }),
  });
});
