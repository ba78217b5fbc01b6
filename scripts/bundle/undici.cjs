"use strict";
// What the bundles hold of undici: its client. The whole library brings fetch, WebSocket, caches and mocks, which take
// twice as long to load as all else that a step needs. `request` is that of its index.js.
const { parseURL } = require("undici/lib/core/util.js");
const Dispatcher = require("undici/lib/dispatcher/dispatcher.js");

Dispatcher.prototype.request = require("undici/lib/api/api-request.js");
Dispatcher.prototype.connect = require("undici/lib/api/api-connect.js");

exports.Agent = require("undici/lib/dispatcher/agent.js");
exports.EnvHttpProxyAgent = require("undici/lib/dispatcher/env-http-proxy-agent.js");
exports.buildConnector = require("undici/lib/core/connect.js");
exports.request = (address, { dispatcher, ...options }) => {
  const { origin, pathname, search } = parseURL(address);
  return dispatcher.request({ ...options, origin, path: pathname + search });
};
