import {
  type Answer,
  type AuthorityFile,
  type Exchange,
  TransportError,
} from "../../../gitlab/index.ts";
import { type SendAnswer, sendData } from "../../http/send-data.ts";
import { syncError } from "../../sync-errors.ts";
import { transportFailure } from "../../transfer/failures.ts";
import type { Means } from "../../transfer/means.ts";
import { patiently } from "../../transfer/patience.ts";
import { publicAddress } from "../../transfer/public-address.ts";
import { HdfsRefusal, isStandby, isTokenRefusal, meaningOf } from "./answers.ts";
import type { HdfsLogin } from "./login.ts";

export interface HdfsSettings {
  /** For messages. */
  readonly title: string;
  readonly api: "webhdfs" | "httpfs";
  /** Addresses of the namenodes or HttpFS servers; a standby is passed over. */
  readonly urls: readonly string[];
  readonly login: HdfsLogin;
  readonly authorityFiles: readonly AuthorityFile[];
  readonly means: Means;
}

export interface HdfsCall extends Pick<Exchange, "begin" | "receive"> {
  readonly method: "GET" | "PUT" | "DELETE";
  readonly op: string;
  /** Absolute path in HDFS. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
}

/** WebHDFS as one login sees it. */
export interface HdfsClient {
  /**
   * Asks the active namenode, again and again while its trouble may pass.
   *
   * @returns a success; where it is a redirect, the answer of the place that it leads to.
   * @throws {HdfsRefusal} for what the caller may have an answer to; else what it means.
   */
  call(call: HdfsCall): Promise<Answer>;
  /** Asks for a place to write to, and sends the bytes there. One attempt. @throws {HdfsRefusal | Passing} */
  create(path: string, body: DataBody): Promise<void>;
  /** What a refusal means for the run. */
  meaning(refusal: HdfsRefusal): Error;
}

export interface DataBody {
  readonly sizeBytes: number;
  open(): AsyncIterable<Uint8Array>;
  readonly sent: (bytes: number) => void;
}

/** Makes a client. Nothing is asked yet. @see https://hadoop.apache.org/docs/stable/hadoop-project-dist/hadoop-hdfs/WebHDFS.html */
export function openHdfs(settings: HdfsSettings): HdfsClient {
  const { means, title, urls } = settings;
  /** The namenode that answered last. */
  let active = 0;
  let mayRenew = true;

  const askActive = async (call: HdfsCall): Promise<Answer> => {
    let last: unknown;
    for (let turn = 0; turn < urls.length; turn += 1) {
      const index = (active + turn) % urls.length;
      try {
        const answer = await askOne(settings, urls[index] ?? "", call);
        active = index;
        return answer;
      } catch (error) {
        if (
          error instanceof TransportError
            ? error.kind === "tls"
            : !(error instanceof HdfsRefusal && isStandby(error))
        )
          throw error;
        means.log.debug(
          `${urls[index]}: ${error instanceof Error ? error.message : ""}; the next one is asked.`,
        );
        last = error;
      }
    }
    throw last;
  };
  const attempt = async (call: HdfsCall): Promise<Answer> => {
    try {
      return await askActive(call);
    } catch (error) {
      if (!(error instanceof HdfsRefusal && isTokenRefusal(error) && mayRenew)) throw error;
      mayRenew = false;
      if (!settings.login.renew()) throw error;
      means.log.info(`${title}: the credentials are no longer valid; new ones are asked for.`);
      return await askActive(call);
    }
  };
  const translated = (error: unknown, what: string): unknown => {
    if (error instanceof TransportError)
      return transportFailure(
        "CACHE",
        error,
        `${title}: cannot ${what} at ${urls.join(", ")}`,
        error,
      );
    return error;
  };

  return {
    async call(call) {
      return patiently(async () => {
        try {
          return await attempt(call);
        } catch (error) {
          // A refusal that may pass is tried again here; every other one is the caller's to judge.
          if (error instanceof HdfsRefusal) {
            const meaning = meaningOf(error, title, means.clock.now());
            throw meaning.name === "Passing" ? meaning : error;
          }
          throw translated(error, call.op);
        }
      }, means);
    },
    async create(path, body) {
      try {
        const query = { overwrite: "false", permission: "644" };
        const place = await attempt({ method: "PUT", op: "CREATE", path, query });
        const url = placeOf(settings, place, "CREATE");
        const answer = await sendTo(settings, url, body);
        if (answer.status !== 201 && answer.status !== 200)
          throw new HdfsRefusal(`PUT to ${publicAddress(url)}`, answer);
      } catch (error) {
        throw translated(error, "write");
      }
    },
    meaning: (refusal) => meaningOf(refusal, title, means.clock.now()),
  };
}

async function askOne(settings: HdfsSettings, base: string, call: HdfsCall): Promise<Answer> {
  const { means, login } = settings;
  const { http, log } = means;
  const { method, op, path, query = {}, begin, receive } = call;
  const reader = { ...(begin && { begin }), ...(receive && { receive }) };
  const url = new URL(`${base}/webhdfs/v1${encodePath(path)}`);
  const parameters = { op, ...query, ...(await login.query(base)) };
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  const headers = {
    // Clusters that guard against forged requests want to see a header that no page can send.
    "x-xsrf-header": "slipway",
  };
  const answer = await http.exchange({ method, url, headers, ...reader });
  log.debug(`${method} ${base} ${op} ${path} → ${answer.status} in ${answer.ms} ms`);
  if (answer.status >= 200 && answer.status < 300) return answer;
  if (answer.status !== 307) throw new HdfsRefusal(`${op} ${path}`, answer);
  // Where the bytes are to be sent; the caller does that.
  if (method === "PUT") return answer;
  const place = placeOf(settings, answer, op);
  const followed = await http.exchange({ method, url: place, headers: {}, ...reader });
  log.debug(`${method} ${publicAddress(place)} ${op} → ${followed.status} in ${followed.ms} ms`);
  if (followed.status !== 200) throw new HdfsRefusal(`${op} ${path} at ${place.host}`, followed);
  return followed;
}

function placeOf({ title, urls }: HdfsSettings, { headers, status }: Answer, op: string): URL {
  const url = URL.parse(headers["location"] ?? "");
  if (status !== 307 || url === null || !/^https?:$/.test(url.protocol))
    throw syncError(
      "E_CACHE_REFUSED",
      `${title}: the answer ${status} to ${op} names no place to go to.`,
    );
  // The address carries the token of whoever asked.
  if (url.protocol === "http:" && urls.every((one) => one.startsWith("https:")))
    throw syncError(
      "E_CACHE_REFUSED",
      `${title}: ${op} is sent from https to ${publicAddress(url)}, where the token would be seen.`,
    );
  return url;
}

async function sendTo(settings: HdfsSettings, url: URL, body: DataBody): Promise<SendAnswer> {
  const { means, authorityFiles } = settings;
  const { log, signal, environment } = means;
  const headers = { "content-type": "application/octet-stream", "x-xsrf-header": "slipway" };
  log.debug(`PUT ${publicAddress(url)} CREATE, ${body.sizeBytes} bytes`);
  return sendData({ url, headers, ...body, signal, authorityFiles, environment });
}

function encodePath(path: string): string {
  return path.split("/").map(encodeURIComponent).join("/");
}
