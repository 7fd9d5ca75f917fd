#!/usr/bin/env bash
# Install the real servers that the tests marked `service` deposit into, without touching the
# project's own environment: Debian's packages, and virtual environments in a cache folder.
#
#   tests/services/install.sh            everything that can be had here
#   tests/services/install.sh sftp s3    only some: sftp webdav swift moto localstack rdm swh keyring
#
# ARCHIVE_PKG_SERVICES names the cache folder (default: .services in the checkout). What cannot be
# installed is reported and left out, and the exit status is 1; its tests are then skipped.
set -uo pipefail
cd "$(dirname "$0")/../.."
cache=${ARCHIVE_PKG_SERVICES:-$PWD/.services}
mkdir -p "$cache"
status=0
not_installed() {
  echo "not installed: $*"
  status=1
}
wanted=" ${*:-sftp webdav swift moto localstack rdm swh keyring} "
want() { [[ $wanted == *" $1 "* ]]; }

debian=()
want sftp && debian+=(openssh-server openssh-client)
want webdav && debian+=(nginx-light libnginx-mod-http-dav-ext)
want swift && debian+=(swift-proxy swift-account swift-container swift-object memcached)
want rdm && debian+=(postgresql redis-server)
want keyring && debian+=(gnome-keyring dbus-daemon)
want swh && debian+=(postgresql libsystemd-dev pkg-config gcc libc6-dev)

missing=()
for package in "${debian[@]}"; do
  dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q ' installed$' || missing+=("$package")
done
if ((${#missing[@]})); then
  if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
    # A package must not start its server: the tests start theirs, on the loopback only.
    guard=/usr/sbin/policy-rc.d
    if [[ ! -e $guard ]]; then
      printf '#!/bin/sh\nexit 101\n' >$guard && chmod +x $guard
      trap 'rm -f $guard' EXIT
    fi
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive timeout 1800 apt-get install -y -qq --no-install-recommends \
      "${missing[@]}" >"$cache/apt.log" 2>&1 || not_installed "${missing[*]} (see $cache/apt.log)"
  else
    not_installed "${missing[*]} (this needs root and apt-get)"
  fi
fi

python_of() { # a Python of that version that really runs
  local candidate
  for candidate in "python$1" "$HOME"/.pyenv/versions/"$1"*/bin/python; do
    "$candidate" -c 'import sys; sys.exit(0)' 2>/dev/null && { echo "$candidate"; return; }
  done
  return 1
}

environment() { # name, Python version, options and requirements
  local name=$1 version=$2 python
  shift 2
  [[ -e $cache/$name/.whole ]] && return
  if ! python=$(python_of "$version"); then
    not_installed "$name needs Python $version"
    return
  fi
  "$python" -m venv "$cache/$name" &&
    timeout 1800 "$cache/uv/bin/uv" pip install --quiet --python "$cache/$name/bin/python" "$@" &&
    touch "$cache/$name/.whole" || not_installed "$name"
}

if [[ ! -x $cache/uv/bin/uv ]] && { want moto || want localstack || want rdm || want swh; }; then
  python3 -m venv "$cache/uv" && "$cache/uv/bin/pip" install --quiet --disable-pip-version-check uv
fi
want moto && environment moto 3.11 'moto[server]>=5'
want localstack && environment localstack 3.13 --exclude-newer 2026-03-20 \
  'localstack-core[base-runtime]==4.14.0'
want swh && environment swh 3.11 'swh.deposit[server]==3.0.1' psycopg2-binary
want rdm && environment rdm 3.11 'invenio-app-rdm[opensearch2]==14.0.5'
exit "$status"
