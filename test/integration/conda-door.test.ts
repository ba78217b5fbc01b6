import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type Server as SecureServer } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { readCredentials } from "../../src/conda/channels/credentials.ts";
import { ask } from "../../src/conda/http/ask.ts";
import { openDoor, type DoorOptions } from "../../src/conda/http/door.ts";
import { makeCertificates, type Certificates } from "../support/certificates.ts";
import { startTunnelProxy, type TunnelProxy } from "../support/tunnel-proxy.ts";

let folder: string;
let certificates: Certificates | undefined;
let secure: SecureServer | undefined;
let address: string;
let proxy: TunnelProxy;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "slipway-door-"));
  certificates = makeCertificates(folder);
  if (certificates === undefined) return;
  const { key, cert } = certificates;
  secure = createServer({ key, cert }, (_request, response) => response.end("found"));
  address = `https://127.0.0.1:${await portOf(secure)}/x`;
  proxy = await startTunnelProxy();
});

beforeEach((context) => {
  if (certificates === undefined) context.skip("there is no openssl command");
  proxy.tunnels.length = 0;
});

afterAll(async () => {
  proxy?.close();
  secure?.closeAllConnections();
  secure?.close();
  await rm(folder, { recursive: true, force: true });
});

async function portOf(server: SecureServer): Promise<number> {
  await new Promise<void>((listening) => {
    server.listen(0, "127.0.0.1", listening);
  });
  const bound = server.address();
  return typeof bound === "object" && bound !== null ? bound.port : 0;
}

async function get(options: DoorOptions): Promise<string> {
  const door = await openDoor(options);
  try {
    const { signal } = new AbortController();
    const credentials = await readCredentials({}, () => {});
    const { body } = await ask(door, address, { credentials, signal });
    return (await body.setEncoding("utf8").toArray()).join("");
  } finally {
    await door.close();
  }
}

const authority = () => certificates?.authority ?? "";

test("a server of a private authority is not trusted by itself, and the message says why", async () => {
  await expect(get({ env: {} })).rejects.toMatchObject({
    code: "E_CONDA_TLS",
    exit: 2,
    message: `The certificate of ${new URL(address).host} is refused: unable to verify the first certificate.`,
    hint: "Let EXTRA_CA_FILE name the bundle of the authority that signed it.",
  });
});

test.each(["EXTRA_CA_FILE", "CI_SERVER_TLS_CA_FILE", "SSL_CERT_FILE"])(
  "%s adds an authority",
  async (name) => {
    expect(await get({ env: { [name]: authority() } })).toBe("found");
  },
);

test("conda's ssl_verify names a bundle, or turns the check off", async () => {
  expect(await get({ env: {}, verify: authority() })).toBe("found");
  expect(await get({ env: {}, verify: false })).toBe("found");
});

test("bundles that cannot be read are told, all of them", async () => {
  const env = { EXTRA_CA_FILE: "/nowhere/a.pem", CI_SERVER_TLS_CA_FILE: "/nowhere/b.pem" };
  await expect(get({ env })).rejects.toMatchObject({
    code: "E_CONDA_CA",
    exit: 2,
    message: "These CA bundles cannot be read: /nowhere/b.pem, /nowhere/a.pem.",
  });
});

const proxies = [
  { title: "HTTPS_PROXY", env: (url: string) => ({ HTTPS_PROXY: url }) },
  { title: "https_proxy", env: (url: string) => ({ https_proxy: url }) },
] as const;

test.each(proxies)("requests go through the proxy of $title", async ({ env }) => {
  expect(await get({ env: { EXTRA_CA_FILE: authority(), ...env(proxy.url) } })).toBe("found");
  expect(proxy.tunnels).toEqual([new URL(address).host]);
});

test("a proxy without a scheme is spoken to in HTTP", async () => {
  const env = { EXTRA_CA_FILE: authority(), HTTPS_PROXY: proxy.url.replace("http://", "") };
  expect(await get({ env })).toBe("found");
  expect(proxy.tunnels).toHaveLength(1);
});

test.each(["http://pro xy:1", "not//a::url", "socks5://proxy:1080"])(
  "the proxy %s is refused before anything is asked",
  async (HTTPS_PROXY) => {
    await expect(get({ env: { HTTPS_PROXY } })).rejects.toMatchObject({
      code: "E_CONDA_PROXY",
      exit: 2,
      message: "The proxy in HTTPS_PROXY is no address of http or https.",
    });
  },
);

test("a proxy of conda's configuration is used where the environment names none", async () => {
  const env = { EXTRA_CA_FILE: authority() };
  expect(await get({ env, proxies: { https: proxy.url } })).toBe("found");
  expect(proxy.tunnels).toHaveLength(1);
});

test("what NO_PROXY names is asked directly", async () => {
  const env = { EXTRA_CA_FILE: authority(), HTTPS_PROXY: proxy.url, NO_PROXY: "127.0.0.1" };
  expect(await get({ env })).toBe("found");
  expect(proxy.tunnels).toEqual([]);
});
