import { type ChildProcessWithoutNullStreams, execFileSync, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { toolFolder } from "./tool-folder.ts";

const here = join(import.meta.dirname, "hadoop");

/** A real namenode and datanode in one JVM, with its own KDC where it is secured. */
export interface Hadoop {
  /** `http://localhost:PORT` of the namenode. */
  readonly http: string;
  readonly fs: string;
  /** Configuration of the KDC, and the keytab of `alice`; empty where it is not secured. */
  readonly krb5: string;
  readonly keytab: string;
  /** One of the commands of MiniHadoop.java. @returns what it says. */
  command(line: string): Promise<string>;
  stop(): Promise<void>;
}

/** The jars, fetched by Maven once, and the server, compiled anew where its source has changed. */
function hadoopTools(): { lib: string; classes: string } | { whyNot: string } {
  const pom = readFileSync(join(here, "pom.xml"));
  const jars = toolFolder(`hadoop-${shortDigest(pom)}`, (folder) => {
    copyFileSync(join(here, "pom.xml"), join(folder, "pom.xml"));
    execFileSync("javac", ["-version"], { stdio: "pipe" });
    execFileSync("mvn", ["-q", "-B", "dependency:copy-dependencies", "-DoutputDirectory=lib"], {
      cwd: folder,
      stdio: "pipe",
    });
  });
  if ("whyNot" in jars) return jars;
  const lib = `${jars.folder}/lib/*`;
  const source = join(here, "MiniHadoop.java");
  const classes = join(jars.folder, `classes-${shortDigest(readFileSync(source))}`);
  if (!existsSync(classes)) {
    const fresh = mkdtempSync(join(jars.folder, "classes.part-"));
    execFileSync("javac", ["-cp", lib, "-d", fresh, source], { stdio: "pipe" });
    renameSync(fresh, classes);
  }
  return { lib, classes };
}

function shortDigest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex").slice(0, 12);
}

/** Starts a cluster. @returns in words why it cannot be had. */
export async function startHadoop(
  security: "plain" | "kerberos",
): Promise<Hadoop | { whyNot: string }> {
  const tools = hadoopTools();
  if ("whyNot" in tools) return tools;
  const folder = mkdtempSync(join(tmpdir(), "hadoop-"));
  const classPath = `${tools.classes}:${tools.lib}`;
  const child = spawn("java", [...modest, "-cp", classPath, "MiniHadoop", folder, security], {
    cwd: folder,
    stdio: "pipe",
  });
  const lines = linesOf(child);
  const ready = await lines.next("READY ");
  const { http, fs, krb5, keytab }: Record<"http" | "fs" | "krb5" | "keytab", string> =
    JSON.parse(ready);
  return {
    http,
    fs,
    krb5,
    keytab,
    async command(line) {
      child.stdin.write(`${line}\n`);
      const answer = await lines.next("ANSWER ");
      if (!answer.startsWith("OK")) throw new Error(`${line}: ${answer}`);
      return answer.slice("OK".length).trim();
    },
    async stop() {
      await end(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Starts an HttpFS server before a plain cluster. */
export async function startHttpFs({
  fs,
}: Pick<Hadoop, "fs">): Promise<{ http: string; stop(): Promise<void> } | { whyNot: string }> {
  const tools = hadoopTools();
  if ("whyNot" in tools) return tools;
  const folder = mkdtempSync(join(tmpdir(), "httpfs-"));
  for (const name of ["conf", "logs", "temp"]) mkdirSync(join(folder, name));
  const conf = (name: string, values: Readonly<Record<string, string>>): void =>
    writeFileSync(
      join(folder, "conf", name),
      `<configuration>${Object.entries(values)
        .map(([key, value]) => `<property><name>${key}</name><value>${value}</value></property>`)
        .join("")}</configuration>`,
    );
  writeFileSync(join(folder, "conf/httpfs-signature.secret"), "a secret of the test");
  conf("core-site.xml", { "fs.defaultFS": fs });
  conf("httpfs-site.xml", {
    "httpfs.http.hostname": "localhost",
    "httpfs.http.port": "0",
    "httpfs.hadoop.config.dir": join(folder, "conf"),
  });
  const child = spawn(
    "java",
    [
      ...modest,
      `-Dhttpfs.home.dir=${folder}`,
      `-Dhttpfs.config.dir=${folder}/conf`,
      `-Dhttpfs.log.dir=${folder}/logs`,
      `-Dhttpfs.temp.dir=${folder}/temp`,
      "-cp",
      `${folder}/conf:${tools.lib}`,
      "org.apache.hadoop.fs.http.server.HttpFSServerWebServer",
    ],
    { cwd: folder, stdio: "pipe" },
  );
  const line = await linesOf(child).next("Jetty bound to port ");
  return {
    http: `http://localhost:${Number.parseInt(line, 10)}`,
    async stop() {
      await end(child);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const modest = ["-Xmx384m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"];

async function end(child: ChildProcessWithoutNullStreams): Promise<void> {
  if (child.exitCode !== null) return;
  const gone = new Promise((resolve) => {
    child.once("close", resolve);
  });
  child.kill("SIGKILL");
  await gone;
}

/** What a server prints, line by line, on either stream. */
function linesOf(child: ChildProcessWithoutNullStreams): { next(mark: string): Promise<string> } {
  const unread: string[] = [];
  const all: string[] = [];
  let wake: (() => void) | undefined;
  let gone = false;
  for (const stream of [child.stdout, child.stderr])
    createInterface(stream).on("line", (line) => {
      unread.push(line);
      all.push(line);
      wake?.();
    });
  child.once("close", () => {
    gone = true;
    wake?.();
  });
  return {
    async next(mark) {
      for (;;) {
        const line = unread.shift();
        const at = line?.indexOf(mark) ?? -1;
        if (line !== undefined && at >= 0) return line.slice(at + mark.length);
        if (line !== undefined) continue;
        if (gone) throw new Error(`The server ended:\n${all.slice(-20).join("\n")}`);
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
