import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface Certificates {
  /** Path of the private authority's certificate. */
  authority: string;
  key: string;
  cert: string;
}

/**
 * Makes a private authority and a certificate of 127.0.0.1 signed by it, with the openssl command.
 *
 * @param validity days from now, or two moments as `YYYYMMDDHHMMSSZ`.
 * @returns `undefined` where there is no openssl command that can do it.
 */
export function makeCertificates(
  folder: string,
  validity: { from?: string; to?: string } = {},
): Certificates | undefined {
  const at = (name: string): string => join(folder, name);
  const { from = "20200101000000Z", to = "21200101000000Z" } = validity;
  const openssl = (...args: string[]): void => {
    execFileSync("openssl", args, { cwd: folder, stdio: "ignore" });
  };
  try {
    writeFileSync(at("extensions"), "subjectAltName=IP:127.0.0.1,DNS:localhost\n");
    openssl(
      "req",
      "-x509",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-days",
      "3650",
      "-subj",
      "/CN=Test authority",
      "-keyout",
      "ca.key",
      "-out",
      "ca.pem",
    );
    openssl(
      "req",
      "-new",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-subj",
      "/CN=127.0.0.1",
      "-keyout",
      "server.key",
      "-out",
      "server.csr",
    );
    writeFileSync(at("index.txt"), "");
    writeFileSync(
      at("ca.cnf"),
      "[ca]\ndefault_ca=own\n[own]\ndatabase=index.txt\nrand_serial=yes\nnew_certs_dir=.\ndefault_md=sha256\npolicy=any\n[any]\ncommonName=supplied\n",
    );
    openssl(
      "ca",
      "-batch",
      "-config",
      "ca.cnf",
      "-cert",
      "ca.pem",
      "-keyfile",
      "ca.key",
      "-in",
      "server.csr",
      "-out",
      "server.pem",
      "-startdate",
      from,
      "-enddate",
      to,
      "-extfile",
      "extensions",
      "-notext",
    );
  } catch {
    return undefined;
  }
  return {
    authority: at("ca.pem"),
    key: readFileSync(at("server.key"), "utf8"),
    cert: readFileSync(at("server.pem"), "utf8"),
  };
}
