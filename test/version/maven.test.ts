import fc from "fast-check";
import { expect, test } from "vitest";
import type { Operation } from "../../src/version/operation.ts";
import { edited, plan } from "./planning.ts";

const next: Operation = { kind: "post-release", part: "minor", like: "1.2.0-SNAPSHOT" };

const top = `<?xml version="1.0" encoding="UTF-8"?>
<!-- <version>1.2.0-SNAPSHOT</version> -->
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <parent>
    <groupId>org.springframework.boot</groupId>
    <artifactId>spring-boot-starter-parent</artifactId>
    <version>1.2.0-SNAPSHOT</version>
  </parent>
  <groupId>org.example</groupId>
  <artifactId>jobs</artifactId>
  <version>1.2.0-SNAPSHOT</version><!-- the only one -->
  <packaging>pom</packaging>
  <modules>
    <module>core</module>
    <!-- <module>gone</module> -->
    <module>apps/main</module>
  </modules>
  <profiles><profile><id>all</id><modules><module>extra/pom-extra.xml</module></modules></profile></profiles>
  <dependencyManagement><dependencies><dependency>
    <groupId>com.other</groupId><artifactId>lib</artifactId><version>1.2.0-SNAPSHOT</version>
  </dependency></dependencies></dependencyManagement>
  <build><plugins><plugin><artifactId>p</artifactId><version>1.2.0-SNAPSHOT</version></plugin></plugins></build>
</project>
`;

const moduleOf = (artifact: string, more = "", version = "1.2.0-SNAPSHOT") =>
  `<project>\r\n\t<parent>\r\n\t\t<groupId>org.example</groupId>\r\n\t\t<artifactId>jobs</artifactId>\r\n\t\t<version>${version}</version>\r\n\t</parent>\r\n\t<artifactId>${artifact}</artifactId>${more}\r\n</project>`;

const reactor = {
  "pom.xml": top,
  "core/pom.xml": moduleOf("core"),
  "apps/main/pom.xml": moduleOf("main", "<version>1.2.0-SNAPSHOT</version>"),
  "extra/pom-extra.xml": moduleOf("extra"),
};

/** The top pom with another version of its own and of nothing else. */
const topAt = (version: string) =>
  top.replace("1.2.0-SNAPSHOT</version><!-- the", `${version}</version><!-- the`);

test("a reactor: own and parent versions of every module, and no other version", async () => {
  const released = await edited(reactor);
  expect(released).toEqual({
    "pom.xml": topAt("1.2.0"),
    "core/pom.xml": moduleOf("core", "", "1.2.0"),
    "apps/main/pom.xml": moduleOf("main", "<version>1.2.0</version>", "1.2.0"),
    "extra/pom-extra.xml": moduleOf("extra", "", "1.2.0"),
  });
  expect(await edited(released, next)).toEqual({
    "pom.xml": topAt("1.3.0-SNAPSHOT"),
    "core/pom.xml": moduleOf("core", "", "1.3.0-SNAPSHOT"),
    "apps/main/pom.xml": moduleOf("main", "<version>1.3.0-SNAPSHOT</version>", "1.3.0-SNAPSHOT"),
    "extra/pom-extra.xml": moduleOf("extra", "", "1.3.0-SNAPSHOT"),
  });
});

test("a top pom that inherits its version from one of its modules", async () => {
  const parent =
    "<project><groupId>g</groupId><artifactId>parent</artifactId><version>1.0-SNAPSHOT</version></project>";
  const files = {
    "pom.xml":
      "<project><parent><groupId>g</groupId><artifactId>parent</artifactId><version>1.0-SNAPSHOT</version><relativePath>parent</relativePath></parent><artifactId>all</artifactId><modules><module>parent</module></modules></project>",
    "parent/pom.xml": parent,
  };
  expect((await edited(files))["parent/pom.xml"]).toBe(parent.replace("-SNAPSHOT", ""));
  expect((await plan(files)).newVersion).toBe("1.0");
});

const friendly = (version: string, properties: string) =>
  `<project><groupId>g</groupId><artifactId>a</artifactId><version>${version}</version><properties><other>1.2.0-SNAPSHOT</other>${properties}</properties><modules><module>m</module></modules></project>`;
const friendlyModule =
  "<project><parent><groupId>g</groupId><artifactId>a</artifactId><version>${revision}</version></parent><artifactId>m</artifactId></project>";

const friendlyCases: readonly [
  title: string,
  version: string,
  before: string,
  released: string,
  after: string,
][] = [
  [
    "one property",
    "${revision}",
    "<revision>1.2.0-SNAPSHOT</revision>",
    "<revision>1.2.0</revision>",
    "<revision>1.3.0-SNAPSHOT</revision>",
  ],
  [
    "number and marker",
    "${revision}${sha1}${changelist}",
    "<revision>1.2.0</revision><sha1/><changelist>-SNAPSHOT</changelist>",
    "<revision>1.2.0</revision><sha1/><changelist></changelist>",
    "<revision>1.3.0</revision><sha1/><changelist>-SNAPSHOT</changelist>",
  ],
];

test.each(friendlyCases)(
  "CI-friendly versions: %s",
  async (_title, version, before, released, after) => {
    const files = { "pom.xml": friendly(version, before), "m/pom.xml": friendlyModule };
    expect(await edited(files)).toEqual({ "pom.xml": friendly(version, released) });
    expect(await edited({ ...files, "pom.xml": friendly(version, released) }, next)).toEqual({
      "pom.xml": friendly(version, after),
    });
  },
);

test("an empty marker of one tag gets its text", async () => {
  const files = {
    "pom.xml": friendly("${revision}${changelist}", "<revision>1.2.0</revision><changelist />"),
  };
  expect((await edited(files, next))["pom.xml"]).toContain(
    "<revision>1.3.0</revision><changelist>-SNAPSHOT</changelist>",
  );
});

test.each([
  ["a property that no pom sets", "${revision}", "", /no pom of the reactor sets <revision>/],
  ["text and properties", "1.${minor}", "<minor>2</minor>", /mixes text and properties/],
  ["two numbers", "${a}${b}", "<a>1.</a><b>2</b>", /not one number and one marker/],
])(
  "CI-friendly versions that cannot be edited are refused: %s",
  async (_title, version, set, said) => {
    await expect(plan({ "pom.xml": friendly(version, set) })).rejects.toMatchObject({
      code: "E_VERSION_FILE",
      message: expect.stringMatching(said),
    });
  },
);

const single = (version: string) =>
  `<project><groupId>g</groupId><artifactId>a</artifactId><version>${version}</version></project>`;

test.each([
  [
    "comments around it",
    " <!-- 9 -->\n 1.2.0-SNAPSHOT <!-- 8 -->",
    " <!-- 9 -->\n 1.2.0 <!-- 8 -->",
  ],
  ["CDATA", "<![CDATA[1.2.0-SNAPSHOT]]>", "<![CDATA[1.2.0]]>"],
  ["a release candidate under development", "1.2.0-RC1-SNAPSHOT", "1.2.0-RC1"],
])("a pom's version with %s", async (_title, before, after) => {
  expect(await edited({ "pom.xml": single(before) })).toEqual({ "pom.xml": single(after) });
});

test.each(["1.2.0-RC1", "1.2.0.Final", "33.0-jre"])(
  "%s is a release for Maven",
  async (version) => {
    expect(await plan({ "pom.xml": single(version) })).toMatchObject({
      kind: "unchanged",
      newVersion: version,
    });
  },
);

test.each([
  ["in several pieces", "1.2<!-- . -->.0", "several pieces"],
  ["with references", "1.2&#46;0-SNAPSHOT", "several pieces"],
  ["in a file that is cut", "1.2.0</version>", "is not XML"],
])("a version %s is refused", async (_title, version, said) => {
  await expect(plan({ "pom.xml": single(version) })).rejects.toMatchObject({
    code: "E_VERSION_FILE",
    message: expect.stringContaining(said),
  });
});

test("modules with versions of their own are listed, and a module outside is refused", async () => {
  const files = { ...reactor, "core/pom.xml": moduleOf("core", "<version>7</version>") };
  await expect(plan(files)).rejects.toMatchObject({
    code: "E_VERSION_PLACES",
    message: expect.stringContaining("<version> of core/pom.xml: 7"),
  });
  await expect(
    plan({ ...reactor, "pom.xml": top.replace("apps/main", "../main") }),
  ).rejects.toMatchObject({ message: expect.stringContaining("leaves the project folder") });
});

test("modules that are not there and siblings named by text are warned of", async () => {
  const { "extra/pom-extra.xml": _extra, ...files } = reactor;
  const sibling =
    "<dependencies><dependency><groupId>org.example</groupId><artifactId>core</artifactId><version>1.2.0-SNAPSHOT</version></dependency></dependencies>";
  const { warnings } = await plan({ ...files, "apps/main/pom.xml": moduleOf("main", sibling) });
  expect(warnings).toEqual([
    "The reactor lists extra/pom-extra.xml/pom.xml, which is not there",
    expect.stringContaining("apps/main/pom.xml depends on core of the same reactor by the text"),
  ]);
});

test("a pom in Latin-1 keeps every byte", async () => {
  const text = '<?xml version="1.0" encoding="ISO-8859-1"?><!-- Kröte -->' + single("1.0-SNAPSHOT");
  const { edits } = await plan({ "pom.xml": Buffer.from(text, "latin1") });
  expect(edits[0]?.after.equals(Buffer.from(text.replace("-SNAPSHOT", ""), "latin1"))).toBe(true);
});

const noise = fc.constantFrom(
  "\r\n",
  "\n",
  "\t",
  "<!-- <version>1.2.0-SNAPSHOT</version> -->",
  "<![CDATA[<version>1.2.0-SNAPSHOT</version>]]>",
  "<?note <version>1.2.0-SNAPSHOT</version>?>",
  "<name>Kröte 🐸 &amp; 1.2.0-SNAPSHOT</name>",
  "<x a=\"&lt;version>1.2.0-SNAPSHOT\" b='>'/>",
  "<dependencies><dependency><version>1.2.0-SNAPSHOT</version></dependency></dependencies>",
  "<build><plugins><plugin><version>1.2.0-SNAPSHOT</version></plugin></plugins></build>",
);

test("whatever stands around it, only the characters of the own version change", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(noise), fc.array(noise), fc.boolean(), async (before, after, bom) => {
      const make = (version: string) =>
        `${bom ? "\uFEFF" : ""}<project>${before.join("")}<artifactId>a</artifactId><version>${version}</version>${after.join("")}</project>`;
      const { edits } = await plan({ "pom.xml": make("1.2.0-SNAPSHOT") });
      expect(edits.map((edit) => edit.after.toString())).toEqual([make("1.2.0")]);
    }),
  );
});
