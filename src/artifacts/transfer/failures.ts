import type { TransportError } from "../../gitlab/index.ts";
import { syncError } from "../sync-errors.ts";
import { Passing } from "./patience.ts";

/**
 * The error that the lack of an answer means: networks recover, names and certificates do not.
 *
 * @param said what could not be done, with the address, without a full stop.
 */
export function transportFailure(
  side: "SOURCE" | "CACHE",
  { kind, message }: TransportError,
  said: string,
  cause: unknown,
): Error {
  const text = `${said}: ${message}.`;
  switch (kind) {
    case "host":
    case "tls":
    case "proxy":
      return syncError(`E_${side}_TLS`, text, { cause });
    case "oversized":
      return syncError(`E_${side}_REFUSED`, text, { cause });
    case "connect":
    case "broken":
    case "stalled":
      return new Passing(syncError(`E_${side}_UNAVAILABLE`, text, { cause }));
  }
}
