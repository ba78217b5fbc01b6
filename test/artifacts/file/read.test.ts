import fc from "fast-check";
import { expect, test } from "vitest";
import { Findings, readArtifactsFile, resolveArtifacts } from "../../../src/artifacts/index.ts";

const file = "analytics/config/artifacts.yaml";

function read(content: string, path = file) {
  const findings = new Findings();
  const found = readArtifactsFile(path, content, findings);
  return { ...found, problems: findings.problems, warnings: findings.warnings };
}

const declared = `# the surroundings
default_artifact_source: url
default_artifact_caches: [hadoop]
artifacts:
  # kept comment
  job-0.15.0.conda.tgz:
    id: https://gitlab.example.org/group/job/-/package_files/4711/download
    source: url
  refinery-job-0.2.3-shaded.jar:
    id: org.example.refinery:refinery-job:jar:shaded:0.2.3
    source: maven_central
    caches:
      - hadoop
      - nfs
artifact_sources:
  maven_central:
    class_name: MavenArtifactSource
    base_uri: https://repo.example.org/maven2/
  url:
    class_name: workflow_utils.artifact.FsArtifactSource
artifact_caches:
  hadoop:
    class_name: FsArtifactCache
    base_uri: hdfs://analytics-hadoop/wmf/cache/artifacts/
  nfs:
    class_name: FsArtifactCache
    base_uri: file:///mnt/nfs/artifacts
`;

test("the spelling of existing DAG repositories is read with places, sources, caches and defaults", () => {
  expect(read(declared)).toEqual({
    path: file,
    artifacts: [
      {
        name: "job-0.15.0.conda.tgz",
        id: "https://gitlab.example.org/group/job/-/package_files/4711/download",
        source: "url",
        caches: undefined,
        position: { file, line: 6 },
      },
      {
        name: "refinery-job-0.2.3-shaded.jar",
        id: "org.example.refinery:refinery-job:jar:shaded:0.2.3",
        source: "maven_central",
        caches: ["hadoop", "nfs"],
        position: { file, line: 9 },
      },
    ],
    sources: [
      {
        name: "maven_central",
        kind: "maven",
        url: "https://repo.example.org/maven2",
        position: { file, line: 16 },
      },
      { name: "url", kind: "url", base: undefined, position: { file, line: 19 } },
    ],
    caches: [
      {
        name: "hadoop",
        kind: "hdfs",
        api: "webhdfs",
        urls: [],
        path: "/wmf/cache/artifacts",
        uri: "hdfs://analytics-hadoop/wmf/cache/artifacts",
        position: { file, line: 22 },
      },
      { name: "nfs", kind: "folder", path: "/mnt/nfs/artifacts", position: { file, line: 25 } },
    ],
    defaultSource: { text: "url", position: { file, line: 2 } },
    defaultCaches: [{ text: "hadoop", position: { file, line: 3 } }],
    problems: [],
    warnings: [],
  });
});

test("our own spelling says the same with types", () => {
  const { sources, caches, problems, warnings } = read(`
default_source: releases
default_caches: hdfs
sources:
  releases: {type: gitlab, url: https://gitlab.example.org}
  central: {type: maven, url: https://repo.example.org/maven2}
  shared: {type: file, path: /srv/jars}
  web: {type: url}
caches:
  hdfs: {type: webhdfs, url: [https://nn1:9871, https://nn2:9871], path: /cache/artifacts/, uri: hdfs://cluster/cache/artifacts}
  gateway: {type: httpfs, url: https://httpfs:14000, path: /cache}
  nfs: {type: folder, path: /mnt/artifacts}
  store: {type: s3, bucket: artifacts, prefix: spark/, endpoint: http://s3.example.org:7070, region: eu}
artifacts:
`);
  expect({ problems, warnings }).toEqual({ problems: [], warnings: [] });
  expect(sources).toMatchObject([
    { name: "releases", kind: "gitlab", url: "https://gitlab.example.org" },
    { name: "central", kind: "maven", url: "https://repo.example.org/maven2" },
    { name: "shared", kind: "file", folder: "/srv/jars" },
    { name: "web", kind: "url", base: undefined },
  ]);
  expect(caches).toMatchObject([
    {
      kind: "hdfs",
      api: "webhdfs",
      urls: ["https://nn1:9871", "https://nn2:9871"],
      path: "/cache/artifacts",
      uri: "hdfs://cluster/cache/artifacts",
    },
    { kind: "hdfs", api: "httpfs", urls: ["https://httpfs:14000"], uri: "hdfs:///cache" },
    { kind: "folder", path: "/mnt/artifacts" },
    {
      kind: "s3",
      bucket: "artifacts",
      prefix: "spark",
      endpoint: "http://s3.example.org:7070",
      region: "eu",
    },
  ]);
});

test("keys that are not known are warned of, each with its line, and hinder nothing", () => {
  const { artifacts, problems, warnings } = read(`artifacts:
  job.tgz:
    id: https://example.org/job.tgz
    owner: me
schedule: daily
`);
  expect(artifacts).toHaveLength(1);
  expect(problems).toEqual([]);
  expect(warnings).toEqual([
    `${file}:4: "owner" of the artifact job.tgz is not known here; it is left as it is.`,
    `${file}:5: "schedule" is not known here; it is left as it is.`,
  ]);
});

test("everything that is wrong is told at once, each with its line", () => {
  const { problems } = read(`artifacts:
  a.tgz: {source: url}
  b.tgz: just text
  dir/c.tgz: {id: x}
  d.tgz#venv: {id: x}
sources:
  odd: {type: torrent}
  login: {type: maven, url: https://me:secret@example.org}
  bare: {}
  foreign: {class_name: TorrentSource}
caches:
  h: {type: webhdfs, path: relative}
  s: {type: s3}
  f: {class_name: FsArtifactCache, base_uri: gopher://x}
`);
  expect(problems).toEqual([
    `${file}:2: the artifact a.tgz needs "id".`,
    `${file}:3: the artifact b.tgz must be a mapping.`,
    `${file}:4: the artifact dir/c.tgz: its name is a file name and must hold no slash.`,
    `${file}:5: the artifact d.tgz#venv: its name must hold none of # ? %, which addresses read otherwise.`,
    `${file}:7: The type "torrent" of the source odd is not known; it is one of url, gitlab, maven, file.`,
    `${file}:8: the source login needs an http(s) address without user name or password as its address.`,
    `${file}:9: the source bare needs "type" or "class_name".`,
    `${file}:10: The class "TorrentSource" of the source foreign is not known; it is one of FsArtifactSource, MavenArtifactSource.`,
    `${file}:12: the cache h needs "url".`,
    `${file}:12: "path" of the cache h must be an absolute folder in HDFS.`,
    `${file}:13: the cache s needs "bucket".`,
    `${file}:14: "gopher://x" of the cache f is of no known kind; it is a folder, file://, hdfs:// or s3://.`,
  ]);
});

test.each([
  { title: "a list", content: "- a\n", problem: "1: The file must be a mapping." },
  {
    title: "what is no YAML",
    content: "artifacts:\n  a.tgz: {id: x\n",
    problem: expect.stringMatching(/:\d: Flow map/),
  },
  {
    title: "a name that is used twice",
    content: "artifacts:\n  a.tgz: {id: x}\n  a.tgz: {id: y}\n",
    problem: "3: Map keys must be unique",
  },
])("$title is a problem with its line", ({ content, problem }) => {
  expect(read(content).problems[0]).toEqual(
    typeof problem === "string" ? `${file}:${problem}` : problem,
  );
});

test("an empty file declares nothing", () => {
  for (const content of ["", "# only a comment\n", "artifacts:\n", "---\n"])
    expect(read(content)).toMatchObject({ artifacts: [], problems: [], warnings: [] });
});

test("anchors, aliases and merge keys mean what PyYAML reads", () => {
  const { artifacts, problems, warnings } = read(`artifacts:
  a.tgz: &base
    id: https://example.org/a.tgz
    caches: [hdfs]
  b.tgz:
    <<: *base
    id: https://example.org/b.tgz
`);
  expect({ problems, warnings }).toEqual({ problems: [], warnings: [] });
  expect(artifacts.map(({ id, caches }) => ({ id, caches }))).toEqual([
    { id: "https://example.org/a.tgz", caches: ["hdfs"] },
    { id: "https://example.org/b.tgz", caches: ["hdfs"] },
  ]);
});

test("merge keys that go in circles or double with every line are read, too", () => {
  expect(read("artifacts:\n  a.tgz: &a\n    <<: *a\n    id: x\n").artifacts).toMatchObject([
    { name: "a.tgz", id: "x" },
  ]);
  const doubling = Array.from(
    { length: 40 },
    (_, index) => `x${index + 1}: &x${index + 1} {<<: [*x${index}, *x${index}]}`,
  );
  const { artifacts } = read(
    `x0: &x0 {id: deep}\n${doubling.join("\n")}\nartifacts:\n  a.tgz: {<<: *x40}\n`,
  );
  expect(artifacts).toMatchObject([{ id: "deep" }]);
});

test("texts are taken as they are written, also where YAML sees a number", () => {
  const { artifacts } = read("artifacts:\n  1.10:\n    id: 0.20\n    source: 1_0\n");
  expect(artifacts).toMatchObject([{ name: "1.10", id: "0.20", source: "1_0" }]);
});

test("any text is read without an exception: it is read, or a problem", () => {
  const pieces = fc.constantFrom(
    "artifacts:",
    "\n",
    "  ",
    "a.tgz",
    ":",
    " ",
    "id: x",
    "- ",
    "&a",
    "*a",
    "<<: ",
    "{",
    "}",
    "'",
    '"',
    "#",
    "\t",
    "caches: [",
    "]",
    "---",
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 30 }), (parts) => {
      read(parts.join(""));
    }),
  );
});

test("surroundings of another file are joined, and the file's own default comes first", () => {
  const findings = new Findings();
  const files = [
    readArtifactsFile(
      "a.yaml",
      "default_caches: [nfs]\nartifacts:\n  a.tgz: {id: x, source: url}\n",
      findings,
    ),
    readArtifactsFile("b.yaml", "artifacts:\n  b.tgz: {id: y}\n", findings),
    readArtifactsFile(
      "caches.yaml",
      "default_source: web\ndefault_caches: [s3]\nsources:\n  web: {type: url}\ncaches:\n  nfs: {type: folder, path: /n}\n  s3: {type: s3, bucket: b}\n",
      findings,
    ),
  ];
  const resolved = resolveArtifacts(files, findings);
  expect(findings.problems).toEqual([]);
  expect(resolved).toMatchObject([
    { name: "a.tgz", source: { name: "url", kind: "url" }, caches: [{ name: "nfs" }] },
    { name: "b.tgz", source: { name: "web", kind: "url" }, caches: [{ name: "nfs" }] },
  ]);
});

test("what is declared with mistakes is told once, not as missing again", () => {
  const findings = new Findings();
  const content =
    "artifacts:\n  a.tgz: {id: x, source: odd, caches: [nfs]}\nsources:\n  odd: {type: torrent}\ncaches:\n  nfs: {type: folder}\n";
  resolveArtifacts([readArtifactsFile(file, content, findings)], findings);
  expect(findings.problems).toEqual([
    `${file}:4: The type "torrent" of the source odd is not known; it is one of url, gitlab, maven, file.`,
    `${file}:6: the cache nfs needs "path".`,
  ]);
});

test("behind a key that is there twice everything else is told, too", () => {
  const content =
    "artifacts:\n  a.tgz: {id: x}\n  a.tgz: {id: y}\n  b.tgz: 5\ncaches:\n  nfs: {type: folder}\n";
  const { problems, artifacts } = read(content);
  expect(problems).toEqual([
    `${file}:3: Map keys must be unique`,
    `${file}:4: the artifact b.tgz must be a mapping.`,
    `${file}:6: the cache nfs needs "path".`,
  ]);
  expect(artifacts.map(({ id }) => id)).toEqual(["x"]);
});

test("names that nothing declares are told with what is declared", () => {
  const findings = new Findings();
  resolveArtifacts(
    [
      readArtifactsFile(
        file,
        "artifacts:\n  a.tgz: {id: x, source: jars, caches: [hdfs]}\n  b.tgz: {id: y}\ncaches:\n  nfs: {type: folder, path: /n}\n",
        findings,
      ),
      readArtifactsFile("more.yaml", "caches:\n  nfs: {type: folder, path: /m}\n", findings),
    ],
    findings,
  );
  expect(findings.problems).toEqual([
    `more.yaml:2: the cache nfs is declared at ${file}:5 already.`,
    `${file}:2: the artifact a.tgz is of the source jars, which no file declares.`,
    `${file}:2: the artifact a.tgz is kept in the cache hdfs, which no file declares; declared are nfs.`,
    `${file}:3: the artifact b.tgz has no "source", and there is no default one.`,
    `${file}:3: the artifact b.tgz has no "caches", and there are no default ones.`,
  ]);
});
