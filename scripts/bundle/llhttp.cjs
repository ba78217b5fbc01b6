"use strict";
// The WebAssembly in which undici reads HTTP. V8 compiles its one large function a second time, optimised, once some
// hundred bytes have gone through it, and that takes more of the processors than the whole of a release. It may do so
// after many times as much. V8 looks at the budget when the module is made, which undici does with what it gets from
// here; after that the flag is as it was, for the compiled code beside the bundles is good for one set of flags only.
const { setFlagsFromString } = require("node:v8");

setFlagsFromString("--wasm-tiering-budget=1000000000");
queueMicrotask(() => setFlagsFromString("--wasm-tiering-budget=13000000"));

module.exports = require("undici/lib/llhttp/llhttp_simd-wasm.js");
