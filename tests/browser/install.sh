#!/usr/bin/env bash
# Install what the tests marked `browser` need: Debian's Chromium, with signs for most scripts, and
# Mirador, a viewer of IIIF manifests, from npm.
# What drives the browser (Playwright, axe-core) comes with the project's dev dependencies.
set -uo pipefail
mirador=$(realpath -m "${ARCHIVE_PKG_TEST_DATA:-$(dirname "$0")/../../.test-data}/mirador")
if [[ ! -f $mirador/mirador.min.js ]]; then
  mkdir -p "$mirador" && cd "$mirador" || exit 1
  command -v npm >/dev/null ||
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends npm >/dev/null; }
  # The package alone: its bundle has all that it needs.
  npm pack --silent mirador@3.4.3 >/dev/null &&
    tar -xzf mirador-3.4.3.tgz --strip-components=2 package/dist/mirador.min.js &&
    rm mirador-3.4.3.tgz || { echo "not installed: mirador"; exit 1; }
fi
command -v chromium >/dev/null && exit 0
if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
  echo "not installed, needs root and apt-get: chromium"
  exit 1
fi
apt-get update -qq
DEBIAN_FRONTEND=noninteractive timeout 1800 apt-get install -y -qq --no-install-recommends \
  chromium fonts-dejavu-core >/dev/null || { echo "not installed: chromium"; exit 1; }
