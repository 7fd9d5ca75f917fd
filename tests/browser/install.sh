#!/usr/bin/env bash
# Install the browser of the tests marked `browser`: Debian's Chromium, with signs for most scripts.
# What drives it (Playwright, axe-core) comes with the project's dev dependencies.
set -uo pipefail
command -v chromium >/dev/null && exit 0
if [[ $(id -u) != 0 ]] || ! command -v apt-get >/dev/null; then
  echo "not installed, needs root and apt-get: chromium"
  exit 1
fi
apt-get update -qq
DEBIAN_FRONTEND=noninteractive timeout 1800 apt-get install -y -qq --no-install-recommends \
  chromium fonts-dejavu-core >/dev/null || { echo "not installed: chromium"; exit 1; }
