import type { FaultAction, FaultRule } from "../http/faults.ts";
import { isRecord, Parameters } from "../http/parameters.ts";

/** A fault as the admin endpoint takes it: `{method, path, nth, times, action: {kind, …}}`. @throws {RangeError} */
export function readFault(parameters: Parameters): FaultRule {
  const action = parameters.raw("action");
  if (!isRecord(action)) throw new RangeError("action is no object");
  const method = parameters.text("method");
  const path = parameters.text("path");
  const nth = parameters.integer("nth");
  const times = parameters.integer("times");
  return {
    action: readAction(new Parameters(new Map(Object.entries(action))), action["headers"]),
    ...(method === undefined ? {} : { method }),
    ...(path === undefined ? {} : { path }),
    ...(nth === undefined ? {} : { nth }),
    ...(times === undefined ? {} : { times }),
  };
}

function readAction(action: Parameters, headers: unknown): FaultAction {
  const kind = action.requiredText("kind");
  const when = action.oneOf("when", ["before", "after"]) ?? "before";
  switch (kind) {
    case "drop":
    case "stall":
      return { kind, when };
    case "delay":
      return { kind, ms: action.requiredInteger("ms") };
    case "stop reading":
    case "reset":
      return { kind, requestBytes: action.integer("requestBytes") ?? 0 };
    case "truncate":
      return { kind, responseBytes: action.integer("responseBytes") ?? 0 };
    case "status":
      return readStatus(action, when, headers);
    case "storage error":
      return { kind };
    case "lock ref":
      return { kind, ref: action.requiredText("ref") };
    default:
      throw new RangeError(`${kind} is no fault`);
  }
}

function readStatus(action: Parameters, when: "before" | "after", headers: unknown): FaultAction {
  const body = action.text("body");
  return {
    kind: "status",
    when,
    status: action.requiredInteger("status"),
    early: action.boolean("early") ?? false,
    ...(body === undefined ? {} : { body }),
    ...(isRecord(headers)
      ? { headers: Object.fromEntries(Object.entries(headers).map(([k, v]) => [k, String(v)])) }
      : {}),
  };
}
