"use strict";
// HTTP/2 takes as long to load as the rest of undici's client, and only a server that may choose it gets it.
module.exports = (...connection) => require("undici/lib/dispatcher/client-h2.js")(...connection);
