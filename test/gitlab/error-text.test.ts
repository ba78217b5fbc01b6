import * as fc from "fast-check";
import { expect, test } from "vitest";
import { readErrorText } from "../../src/gitlab/error-text.ts";

const shapes: readonly { title: string; body: string; type?: string; text: string }[] = [
  { title: "message as text", body: '{"message":"404 Tag Not Found"}', text: "404 Tag Not Found" },
  {
    title: "message as list",
    body: '{"message":["Another open merge request already exists for this source branch: !7"]}',
    text: "Another open merge request already exists for this source branch: !7",
  },
  {
    title: "message as object",
    body: '{"message":{"url":["has already been taken"],"name":["is too long","is bad"]}}',
    text: "url has already been taken; name is too long, is bad",
  },
  {
    title: "base errors without their field name",
    body: '{"message":{"base":["Package is protected"]}}',
    text: "Package is protected",
  },
  {
    title: "an error inside message",
    body: '{"message":{"error":"This endpoint has been requested too many times. Try again later."}}',
    text: "This endpoint has been requested too many times. Try again later.",
  },
  {
    title: "error as text",
    body: '{"error":"status does not have a valid value"}',
    text: "status does not have a valid value",
  },
  {
    title: "error with description",
    body: '{"error":"invalid_token","error_description":"Token was revoked. You have to re-authorize from the user."}',
    text: "invalid_token: Token was revoked. You have to re-authorize from the user.",
  },
  { title: "plain text", body: "Retry later\n", type: "text/plain", text: "Retry later" },
  {
    title: "a page with a title",
    body: "<html><head><title>502 Bad\n Gateway</title>",
    type: "text/html",
    text: "502 Bad Gateway",
  },
  {
    title: "a page without a title",
    body: "<!DOCTYPE html><p>x",
    type: "application/json",
    text: "a page of HTML, status 500",
  },
  { title: "an empty body", body: "", text: "an empty answer, status 500" },
  { title: "an empty message", body: '{"message":""}', text: '{"message":""}' },
  { title: "JSON null", body: "null", text: "null" },
  {
    title: "control characters",
    body: '{"message":"a\\u001b[31mb\\r\\nsection_start:1:x\\r"}',
    text: "a [31mb section_start:1:x",
  },
];
test.each(shapes)("H21 the text of $title is read", ({ body, type, text }) => {
  const answer = {
    status: 500,
    headers: { "content-type": type ?? "application/json" },
    body: Buffer.from(body),
  };
  expect(readErrorText(answer).text).toBe(text);
});

test("the scope that GitLab asks for is read", () => {
  const body =
    '{"error":"insufficient_scope","error_description":"The request requires higher privileges than provided by the access token.","scope":"api"}';
  expect(readErrorText({ status: 403, headers: {}, body: Buffer.from(body) }).scope).toBe("api");
});

test("H21 no body leads to an empty, long or many-lined text", () => {
  const bodies = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.jsonValue().map((value) => JSON.stringify(value)),
    fc.record({ message: fc.jsonValue() }).map((value) => JSON.stringify(value)),
    fc.record({ error: fc.jsonValue() }).map((value) => JSON.stringify(value)),
  );
  fc.assert(
    fc.property(bodies, fc.constantFrom("text/html", "application/json", ""), (body, type) => {
      const { text } = readErrorText({
        status: 500,
        headers: { "content-type": type },
        body: Buffer.from(body),
      });
      expect(text.trim()).not.toBe("");
      expect(text).not.toMatch(/[\u0000-\u001f\u007f]/);
      expect(text.length).toBeLessThanOrEqual(301);
    }),
  );
});
