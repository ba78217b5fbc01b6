import { expect, test } from "vitest";
import { HdfsRefusal, meaningOf } from "../../../../src/artifacts/caches/webhdfs/answers.ts";
import { StepError } from "../../../../src/step/index.ts";
import { Passing } from "../../../../src/artifacts/transfer/patience.ts";

function refusal(status: number, exception: string, message: string): HdfsRefusal {
  const body = Buffer.from(
    JSON.stringify({ RemoteException: { exception, javaClassName: `x.${exception}`, message } }),
  );
  return new HdfsRefusal("CREATE /a", { status, headers: {}, body });
}

const cases: readonly [status: number, exception: string, message: string, code: string][] = [
  [403, "SafeModeException", "Cannot create. Name node is in safe mode.", "E_CACHE_UNAVAILABLE"],
  [500, "RemoteException", "Cannot rename. Name node is in safe mode.", "E_CACHE_UNAVAILABLE"],
  [403, "AccessControlException", "Permission denied: user=alice", "E_CACHE_DENIED"],
  [500, "AccessControlException", "Permission denied: user=alice", "E_CACHE_DENIED"],
  [403, "DSQuotaExceededException", "The DiskSpace quota is exceeded", "E_CACHE_FULL"],
  [403, "NSQuotaExceededException", "The NameSpace quota is exceeded", "E_CACHE_FULL"],
  [403, "SecurityException", "Failed to obtain user: InvalidToken: expired", "E_CACHE_LOGIN"],
  [403, "AuthorizationException", "User: a is not allowed to impersonate b", "E_CACHE_DENIED"],
  [403, "IOException", "Failed to find datanode, suggest to check", "E_CACHE_UNAVAILABLE"],
  [400, "IllegalArgumentException", "Invalid value", "E_CACHE_REFUSED"],
];

test.each(cases)("%i %s (%s) is %s", (status, exception, message, code) => {
  const meaning = meaningOf(refusal(status, exception, message), "the cache", new Date());
  const error = meaning instanceof Passing ? meaning.failure : meaning;
  expect(error).toBeInstanceOf(StepError);
  expect(error).toMatchObject({ code });
  expect(error.message).toContain(message);
});

test("of a datanode's message only the part before its stack is kept", () => {
  const one = refusal(403, "IOException", "It broke\n\tat org.apache.hadoop.X.y(X.java:1)\n\tat z");
  expect(one.said).toBe("It broke");
});

test("a page of HTML is told by its words, and no reason as such", () => {
  const page = Buffer.from(
    "<html><head><title>x</title></head><body><h2>HTTP ERROR 401</h2></body>",
  );
  expect(new HdfsRefusal("GET", { status: 401, headers: {}, body: page }).said).toBe(
    "HTTP ERROR 401",
  );
  expect(new HdfsRefusal("PUT", { status: 400, headers: {}, body: Buffer.alloc(0) }).said).toBe(
    "no reason is given",
  );
});
