import { flushPacket, packet, packetsOf, sideBand } from "./pkt-line.ts";
import type { PushRequest } from "./push-request.ts";

/** The answer to a push of which nothing landed: every ref declined, and the reason on the band for people. */
export function refusalReport(request: PushRequest, text: string): Buffer {
  const report = Buffer.concat([
    packet("unpack ok\n"),
    ...request.commands.map(({ ref }) => packet(`ng ${ref} pre-receive hook declined\n`)),
    flushPacket,
  ]);
  const wantsReport = request.capabilities.some((name) => name.startsWith("report-status"));
  if (!usesSideBand(request)) return wantsReport ? report : Buffer.alloc(0);
  return Buffer.concat([
    sideBand(2, `GitLab: ${text}\n`),
    wantsReport ? sideBand(1, report) : Buffer.alloc(0),
    flushPacket,
  ]);
}

/** The refs that git reports as updated. */
export function landedRefs(request: PushRequest, answer: Buffer): string[] {
  const report = usesSideBand(request) ? joinBand(answer) : answer;
  return [...packetsOf(report)].flatMap((line) => {
    const [, ref] = /^ok (\S+)/.exec(line?.toString() ?? "") ?? [];
    return ref === undefined ? [] : [ref];
  });
}

/** Adds lines for people before the end of git's answer, as a post-receive hook's output comes. */
export function addMessage(request: PushRequest, answer: Buffer, message: string): Buffer {
  const end = answer.length - flushPacket.length;
  if (message === "" || !usesSideBand(request) || end < 0) return answer;
  if (!answer.subarray(end).equals(flushPacket)) return answer;
  return Buffer.concat([answer.subarray(0, end), sideBand(2, message), flushPacket]);
}

function usesSideBand(request: PushRequest): boolean {
  return request.capabilities.includes("side-band-64k");
}

function joinBand(answer: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (const payload of packetsOf(answer)) {
    if (payload !== null && payload[0] === 1) parts.push(payload.subarray(1));
  }
  return Buffer.concat(parts);
}
