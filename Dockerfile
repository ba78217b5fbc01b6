# One image with every step:
#   docker build --tag slipway:dev .                         what jobs run in
#   docker build --tag slipway:dev-build --target build .    with a compiler and headers, for wheels that need them
# `npm run image` does both, and makes the base first where no registry can be reached.
ARG BASE=debian:trixie-slim

FROM ${BASE} AS runtime
# sh and grep, which GitLab's runner needs, are Debian's own; isal and libdeflate0 are what packs gzip fast,
# libatomic1 is what Node.js needs.
RUN apt-get update \
 && apt-get install --yes --no-install-recommends ca-certificates curl git isal libatomic1 libdeflate0 openssh-client tini \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/*-old /var/log/* /usr/share/man/* /usr/share/locale/*
ENV LANG=C.UTF-8
WORKDIR /repo
ENTRYPOINT ["tini", "--"]
CMD ["slipway"]
LABEL org.opencontainers.image.title="Slipway" \
      org.opencontainers.image.description="Release steps for GitLab CI" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.base.name="docker.io/library/debian:trixie-slim"

FROM runtime AS compile
RUN apt-get update && apt-get install --yes --no-install-recommends binutils nodejs npm
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
# A bundle of CA certificates, where a proxy inspects TLS: --secret id=ca,src=FILE
RUN --mount=type=secret,id=ca \
    if [ -e /run/secrets/ca ]; then export NODE_EXTRA_CA_CERTS=/run/secrets/ca; fi \
 && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error \
 && rm -rf ~/.npm \
 && strip node_modules/node-linux-*/bin/node
COPY . .
RUN PATH="$(echo /build/node_modules/node-linux-*/bin):$PATH" \
 && node scripts/build.ts \
 && node scripts/image/assemble.ts /image

FROM runtime AS compiler
RUN apt-get update \
 && apt-get install --yes --no-install-recommends g++ gcc libc6-dev libkrb5-dev libsasl2-dev make pkg-config \
 && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/*-old /var/log/* /usr/share/man/* /usr/share/locale/*

FROM compiler AS build
COPY --from=compile /image/ /
ARG VERSION=0.0.0-dev REVISION CREATED SOURCE
RUN --mount=from=compile,source=/build/scripts,target=/scripts \
    node /scripts/image/bill.ts slipway-build "$VERSION" >/usr/share/slipway/bill.cdx.json
LABEL org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.created="$CREATED" \
      org.opencontainers.image.source="$SOURCE"

FROM runtime
COPY --from=compile /image/ /
ARG VERSION=0.0.0-dev REVISION CREATED SOURCE
RUN --mount=from=compile,source=/build/scripts,target=/scripts \
    node /scripts/image/bill.ts slipway "$VERSION" >/usr/share/slipway/bill.cdx.json
LABEL org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.created="$CREATED" \
      org.opencontainers.image.source="$SOURCE"
