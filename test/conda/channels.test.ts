import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { resolveChannel } from "../../src/conda/channels/channel.ts";
import { readConfiguration, type Configuration } from "../../src/conda/channels/configuration.ts";
import { publicUrl } from "../../src/conda/channels/public-url.ts";
import { selectChannels } from "../../src/conda/channels/select-channels.ts";
import { silentLog } from "../../src/step/log.ts";

let home: string;

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), "slipway-condarc-"));
});

afterAll(() => rm(home, { recursive: true, force: true }));

const plain: Configuration = {
  channels: [],
  channelAlias: "https://conda.anaconda.org",
  defaultChannels: ["https://repo.anaconda.com/pkgs/main"],
  customChannels: { internal: "https://conda.example/" },
  mirrors: { mirrored: ["https://one.example/m", "https://two.example/m/"] },
  verify: true,
  proxies: {},
  offline: false,
};

const cases = [
  { text: "conda-forge", addresses: ["https://conda.anaconda.org/conda-forge"] },
  {
    text: "conda-forge/label/dev",
    addresses: ["https://conda.anaconda.org/conda-forge/label/dev"],
  },
  { text: "https://host.example/chan/", addresses: ["https://host.example/chan"] },
  { text: "https://host.example/chan/linux-64", addresses: ["https://host.example/chan"] },
  { text: "file:///srv/chan", addresses: ["file:///srv/chan"] },
  { text: "/srv/chan", addresses: ["file:///srv/chan"] },
  { text: "./chan", addresses: ["file:///project/chan"] },
  { text: "../chan", addresses: ["file:///chan"] },
  { text: "internal", addresses: ["https://conda.example/internal"] },
  { text: "internal/label/x", addresses: ["https://conda.example/internal/label/x"] },
  { text: "mirrored", addresses: ["https://one.example/m", "https://two.example/m"] },
  { text: "defaults", addresses: ["https://repo.anaconda.com/pkgs/main"] },
] as const;

test.each(cases)("the channel $text is at $addresses", ({ text, addresses }) => {
  const channels = resolveChannel(text, { configuration: plain, folder: "/project" });
  expect(channels.map((channel) => channel.addresses)).toEqual([addresses]);
});

test("credentials in a channel's address are used, but neither shown nor recorded", () => {
  const [channel] = resolveChannel("https://user:word@host.example/t/tk-1/chan", {
    configuration: plain,
    folder: "/",
  });
  expect(channel).toEqual({
    title: "https://host.example/chan",
    addresses: ["https://user:word@host.example/t/tk-1/chan"],
    recorded: "https://host.example/chan",
  });
});

const addresses = [
  ["https://user:word@host.example/a/b", "https://host.example/a/b"],
  ["https://host.example/t/token/a/b", "https://host.example/a/b"],
  ["https://host.example/conda/t/token", "https://host.example/conda"],
  ["/t/token/a", "/a"],
  ["conda-forge", "conda-forge"],
] as const;

test.each(addresses)("%s is shown as %s", (address, shown) => {
  expect(publicUrl(address)).toBe(shown);
});

const selections = [
  { title: "CONDA_CHANNELS win", override: ["a"], ofFile: ["b"], condarc: ["c"], used: ["a"] },
  { title: "then the file's", override: [], ofFile: ["b", "d"], condarc: ["c"], used: ["b", "d"] },
  { title: "then conda's configuration", override: [], ofFile: [], condarc: ["c"], used: ["c"] },
  { title: "then conda-forge", override: [], ofFile: [], condarc: [], used: ["conda-forge"] },
] as const;

test.each(selections)("channels: $title", ({ override, ofFile, condarc, used }) => {
  const said: string[] = [];
  const { channels } = selectChannels(
    { override, ofFile, qualified: [] },
    { configuration: { ...plain, channels: condarc }, folder: "/" },
    { ...silentLog, info: (message) => said.push(message) },
  );
  expect(channels.map(({ title }) => title)).toEqual(used);
  expect(said).toEqual(
    used[0] === "conda-forge" ? ["No channels are given: conda-forge is used"] : [],
  );
});

test("a channel that only a dependency names comes last, and pins its package", () => {
  const { channels, pinned } = selectChannels(
    { override: [], ofFile: ["one"], qualified: [{ name: "demo", channel: "two" }] },
    { configuration: plain, folder: "/" },
    silentLog,
  );
  expect(channels.map(({ title }) => title)).toEqual(["one", "two"]);
  expect([...pinned]).toEqual([["demo", ["https://conda.anaconda.org/two"]]]);
});

test("conda's configuration is read, later files and variables win", async () => {
  await writeFile(
    join(home, ".condarc"),
    [
      "channels: [first]",
      "channel_alias: https://alias.example/",
      "custom_channels: {a: https://a.example}",
      "mirrored_channels: {m: [https://m1.example/m, https://m2.example/m]}",
      "ssl_verify: false",
      "proxy_servers: {https: http://proxy.example:3128}",
    ].join("\n"),
  );
  const named = join(home, "named.yaml");
  await writeFile(named, "custom_channels: {b: https://b.example}\nssl_verify: /ca.pem\n");
  const read = (env: Record<string, string>) => readConfiguration({ HOME: home, ...env }, () => {});
  expect(await read({ CONDARC: named, CONDA_CHANNEL_ALIAS: "https://other.example" })).toEqual({
    channels: ["first"],
    channelAlias: "https://other.example",
    defaultChannels: ["https://repo.anaconda.com/pkgs/main", "https://repo.anaconda.com/pkgs/r"],
    customChannels: { a: "https://a.example", b: "https://b.example" },
    mirrors: { m: ["https://m1.example/m", "https://m2.example/m"] },
    verify: "/ca.pem",
    proxies: { https: "http://proxy.example:3128" },
    offline: false,
  });
  expect((await read({})).verify).toBe(false);
  expect((await read({ CONDA_SSL_VERIFY: "true" })).verify).toBe(true);
});

test("a configuration that cannot be understood is left aside with a warning", async () => {
  const broken = join(home, "broken.yaml");
  await writeFile(broken, "channels: [\n");
  const warnings: string[] = [];
  await readConfiguration({ CONDARC: broken }, (message) => warnings.push(message));
  expect(warnings).toEqual([expect.stringContaining(`${broken} is no YAML and is left aside`)]);
});
