import fc from "fast-check";
import { expect, test } from "vitest";
import { parseKeytab, writeKeytab } from "../../../../src/artifacts/caches/webhdfs/keytab.ts";

/** An entry as MIT's kadmin writes it. */
function entry(realm: string, ...components: readonly string[]): Buffer {
  const text = (value: string): Buffer => {
    const length = Buffer.alloc(2);
    length.writeUInt16BE(Buffer.byteLength(value));
    return Buffer.concat([length, Buffer.from(value)]);
  };
  const count = Buffer.alloc(2);
  count.writeUInt16BE(components.length);
  const tail = Buffer.from("0000000100000000010012001000112233445566778899aabbccddeeff", "hex");
  const body = Buffer.concat([count, text(realm), ...components.map(text), tail]);
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length);
  return Buffer.concat([length, body]);
}

const hole = Buffer.concat([Buffer.from([255, 255, 255, 252]), Buffer.from("gone")]);
const keytab = Buffer.concat([
  Buffer.from([5, 2]),
  entry("EXAMPLE.ORG", "alice"),
  hole,
  entry("EXAMPLE.ORG", "HTTP", "host.example.org"),
]);

test.each([
  ["binary", keytab],
  ["base64", Buffer.from(keytab.toString("base64"))],
  ["base64 in lines", Buffer.from(keytab.toString("base64").replace(/.{20}/g, "$&\r\n"))],
])("a keytab is read as %s", (_form, content) => {
  expect(parseKeytab(content)?.map(({ principal }) => principal)).toEqual([
    "alice@EXAMPLE.ORG",
    "HTTP/host.example.org@EXAMPLE.ORG",
  ]);
});

test("the keys of one principal make a keytab of their own", () => {
  const [alice] = parseKeytab(keytab) ?? [];
  const own = writeKeytab(alice === undefined ? [] : [alice]);
  expect(own).toEqual(Buffer.concat([Buffer.from([5, 2]), entry("EXAMPLE.ORG", "alice")]));
});

test("what is cut off or no keytab is told apart, and never throws", () => {
  expect(parseKeytab(keytab.subarray(0, keytab.length - 3))).toBeUndefined();
  expect(parseKeytab(Buffer.from("this is a password"))).toBeUndefined();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      parseKeytab(Buffer.concat([Buffer.from([5, 2]), bytes]));
    }),
  );
});
