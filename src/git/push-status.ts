import { lineText, readPackets } from "./pkt-line.ts";
import type { RefReport } from "./push-report.ts";

/** What a server answers to a push: of each reference, and what it says to people. */
export interface PushStatus {
  readonly reports: readonly RefReport[];
  /** Lines, as the server broke them. */
  readonly said: string;
}

/**
 * Reads an answer on side bands: the report on the first, words on the second, a fatal end on the third.
 *
 * @returns `undefined` where it is not whole, so that nothing is known of the push.
 * @see https://git-scm.com/docs/gitprotocol-pack#_report_status
 */
export function readPushStatus(answer: Buffer): PushStatus | undefined {
  const [packets, ...more] = readPackets(answer) ?? [];
  if (packets === undefined || more.length > 0) return undefined;
  const band = (number: number) =>
    Buffer.concat(packets.filter(([first]) => first === number).map((one) => one.subarray(1)));
  const reports = band(3).length > 0 ? undefined : readReport(band(1));
  return reports && { reports, said: band(2).toString() };
}

/** `unpack …`, then of each reference `ok <name>` or `ng <name> <reason>`, and a flush. */
function readReport(report: Buffer): readonly RefReport[] | undefined {
  const [list, ...more] = readPackets(report) ?? [];
  const [unpack, ...lines] = (list ?? []).map(lineText);
  if (unpack?.startsWith("unpack ") !== true || more.length > 0) return undefined;
  const reports = lines.map((line) => /^(ok|ng) (\S+)(?: (.*))?$/su.exec(line));
  return reports.every((report) => report !== null)
    ? reports.map(([, verdict, ref = "", reason = ""]) => ({
        ref,
        accepted: verdict === "ok",
        reason,
        byServer: true,
      }))
    : undefined;
}
