#!/bin/sh
# Makes the base image from Debian packages, for machines that reach a Debian mirror but no image registry:
#   images/base/bootstrap.sh [IMAGE [PACKAGE,PACKAGE…]]
# Needs root, mmdebstrap and a docker engine. An image of that name that is already there is kept.
set -eu
image=${1:-debian:trixie-slim}
packages=${2:-ca-certificates}
if docker image inspect "$image" >/dev/null 2>&1; then
  echo "$image is there already" >&2
  exit 0
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# The sources of this machine may name a mirror; a Debian without one takes the default.
mmdebstrap --quiet --variant=minbase --include="$packages" \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
  --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/locale/*' \
  --customize-hook='rm -rf "$1"/var/cache/apt/* "$1"/var/lib/apt/lists/* "$1"/var/log/*' \
  trixie "$folder/base.tar"
docker import "$folder/base.tar" "$image"
