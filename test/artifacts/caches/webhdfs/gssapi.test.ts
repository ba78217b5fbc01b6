import { expect, test } from "vitest";
import { readGssFailure } from "../../../../src/artifacts/caches/webhdfs/gssapi.ts";

const prefix =
  "gss_init_sec_context() failed: Unspecified GSS failure.  Minor code may provide more information. ";

const cases: readonly [line: string, cause: RegExp][] = [
  [`${prefix}No Kerberos credentials available (default cache: FILE:/tmp/krb5cc_0).`, /no ticket/],
  [`${prefix}Ticket expired.`, /expired/],
  [`${prefix}Clock skew too great.`, /clocks/],
  [
    "gss_init_sec_context() failed: No credentials were supplied, or the credentials were unavailable or inaccessible. Client 'carol@EXAMPLE.ORG' not found in Kerberos database.",
    /does not know the principal/,
  ],
  [`${prefix}Server HTTP/127.0.0.1@EXAMPLE.ORG not found in Kerberos database.`, /no service HTTP/],
  [`${prefix}Preauthentication failed.`, /not the principal's current one/],
  [`${prefix}Cannot contact any KDC for realm 'EXAMPLE.ORG'.`, /no KDC of the realm answers/],
  [`${prefix}Cannot find KDC for realm "EXAMPLE.ORG".`, /where the KDC of the realm is/],
  [`${prefix}Configuration file does not specify default realm.`, /configuration is missing/],
  [`${prefix}Something that nobody knows.`, /refuses the login/],
];

test.each(cases)("%s is explained", (line, cause) => {
  const stderr = `* Connected to localhost\n> GET /webhdfs/v1/\n* ${line}\n< HTTP/1.1 401\n`;
  expect(readGssFailure(stderr)).toMatchObject({
    line: line.trim(),
    cause: expect.stringMatching(cause),
  });
});

test("a ticket in a header is never taken for the reason", () => {
  expect(readGssFailure("> Authorization: Negotiate YIICkrb5failed\n")).toBeUndefined();
});

test("only a KDC that does not answer may pass", () => {
  expect(readGssFailure(`* ${prefix}Cannot contact any KDC for realm 'X'.`)?.mayPass).toBe(true);
  expect(readGssFailure(`* ${prefix}Ticket expired.`)?.mayPass).toBe(false);
});
