import { json, Refusal } from "./answer.ts";
import type { AnswerHeaders } from "./answer.ts";

// GitLab's error shapes: `message` where its own helpers speak, `error` where its parameter parser (Grape) does.

/** `{"message": …}` with any status; the message may be a text, a list or fields with texts. */
export function refuse(status: number, message: unknown, headers?: AnswerHeaders): Refusal {
  return new Refusal(json({ message }, status, headers));
}

/** `{"error": …}`: a parameter is missing or malformed. */
export function invalidParameter(error: string): Refusal {
  return new Refusal(json({ error }, 400));
}

export function badRequest(reason?: string): Refusal {
  return refuse(400, reason === undefined ? "400 Bad request" : `400 Bad request - ${reason}`);
}

export function unauthorized(): Refusal {
  return refuse(401, "401 Unauthorized");
}

export function forbidden(reason?: string): Refusal {
  return refuse(403, reason === undefined ? "403 Forbidden" : `403 Forbidden - ${reason}`);
}

/** `404 Tag Not Found`; without a name `404 Not Found`. */
export function notFound(resource?: string): Refusal {
  return refuse(404, resource === undefined ? "404 Not Found" : `404 ${resource} Not Found`);
}

/** A record that the database does not have: a lower-case f. */
export function recordNotFound(): Refusal {
  return refuse(404, "404 Not found");
}

export function conflict(message: unknown): Refusal {
  return refuse(409, message);
}

export function unprocessable(message: unknown): Refusal {
  return refuse(422, message);
}

/** A token that was known once. https://datatracker.ietf.org/doc/html/rfc6750#section-3.1 */
export function invalidToken(description: string): Refusal {
  const body = { error: "invalid_token", error_description: description };
  const challenge = `Bearer realm="Protected by OAuth 2.0", error="invalid_token", error_description="${description}"`;
  return new Refusal(json(body, 401, { "www-authenticate": challenge }));
}

export function insufficientScope(needed: readonly string[]): Refusal {
  const body = {
    error: "insufficient_scope",
    error_description: "The request requires higher privileges than provided by the access token.",
    scope: needed.join(" "),
  };
  return new Refusal(json(body, 403));
}
