"use strict";
// Loads a bundle with V8's compiled code for it. Node's own compile cache is kept per user id and so is lost for the
// unknown users that images run as; these files lie beside the bundles and serve everybody.
const { readFileSync, renameSync, writeFileSync } = require("node:fs");
const { dirname, join } = require("node:path");
const { Script, constants } = require("node:vm");

const loaded = new Map();
const scripts = [];
const writing = process.env.SLIPWAY_WRITE_CODE_CACHE === "1";
const name = process.argv[2];
// Meant for this process alone: see the launcher.
if (name === "conda-pack") {
  delete process.env.MALLOC_ARENA_MAX;
  delete process.env.MALLOC_MMAP_THRESHOLD_;
}
process.argv.splice(1, 2, join(__dirname, `${name}.js`));
if (writing) process.on("exit", writeCaches);
if (name === "--compile-only") for (const path of process.argv.slice(2)) compile(path);
// A bundle only defines what it runs: another bundle may load it for the code they share.
else load(process.argv[1]).run();

function load(path) {
  const known = loaded.get(path);
  if (known !== undefined) return known.exports;
  const module = { exports: {}, filename: path, id: path, loaded: false, children: [], paths: [] };
  loaded.set(path, module);
  const resolve = (id) => (id.startsWith("./") ? load(join(dirname(path), id)) : require(id));
  resolve.resolve = require.resolve;
  const run = compile(path).runInThisContext();
  run.call(module.exports, module.exports, resolve, module, path, dirname(path));
  module.loaded = true;
  return module.exports;
}

function compile(path) {
  // The build leaves nothing but ASCII in a bundle, and this is the quickest way to read it.
  const text = readFileSync(path, "latin1");
  const source = `(function (exports, require, module, __filename, __dirname) { ${text}\n})`;
  const script = new Script(source, {
    filename: path,
    cachedData: cacheOf(path),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  scripts.push([path, script]);
  return script;
}

function cacheOf(path) {
  try {
    return readFileSync(`${path}.cache`);
  } catch {
    return undefined;
  }
}

function writeCaches() {
  for (const [path, script] of scripts) {
    writeFileSync(`${path}.cache.part`, script.createCachedData());
    renameSync(`${path}.cache.part`, `${path}.cache`);
  }
}
