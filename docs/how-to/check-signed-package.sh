#!/bin/sh
# Check a signed package with stock tools: sha512sum and its kin, find and realpath (GNU),
# ssh-keygen (OpenSSH 8.9 or later) and openssl.
#
#   sh check-signed-package.sh PACKAGE ALLOWED_SIGNERS SIGNER [AUTHORITY.pem]
#
# ALLOWED_SIGNERS  one line per signer: a name, then the public key
# SIGNER           the name of the person who must have signed
# AUTHORITY.pem    the root certificates of time-stamping authorities; if they are given, the
#                  package must have a timestamp
#
# Prints "All good." and exits with 0 only if SIGNER signed every list of the package, the lists
# cover every file, and every file has the digest that the lists give.
set -eu
export LC_ALL=C

refuse() {
    printf 'REFUSED: %s\n' "$*" >&2
    exit 1
}

[ $# -ge 3 ] || refuse "give PACKAGE ALLOWED_SIGNERS SIGNER [AUTHORITY.pem]"
package=$(realpath -- "$1") signers=$(realpath -- "$2") signer=$3
authority=${4:+$(realpath -- "$4")}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$package"

echo "1. Are there only regular files with plain names?"
find . ! -type f ! -type d >"$work/odd"
find . -name '*[[:cntrl:]]*' -o -name '*\\*' >>"$work/odd"
[ ! -s "$work/odd" ] || refuse "links, devices or odd names: $(cat "$work/odd")"
find . -type f >"$work/found"
sed 's,^\./,,' "$work/found" | sort >"$work/files"

# The part of the package that a list must cover: the payload, or everything else.
beside='^tagmanifest-[a-z0-9]+\.txt$|^signatures/tagmanifest-[a-z0-9]+\.txt(\.[0-9]+)?\.sig((\.tsr)+(\.pem)?)?$'
grep '^data/' "$work/files" >"$work/payload" || true
grep -Ev "^data/|$beside" "$work/files" >"$work/tags" || true

check_list() { # a list, and what it must cover
    case $1 in
    *manifest-md5.txt) sum=md5sum digits=32 ;;
    *manifest-sha1.txt) sum=sha1sum digits=40 ;;
    *manifest-sha256.txt) sum=sha256sum digits=64 is_strong=yes ;;
    *manifest-sha384.txt) sum=sha384sum digits=96 is_strong=yes ;;
    *manifest-sha512.txt) sum=sha512sum digits=128 is_strong=yes ;;
    *) refuse "$1 has digests that cannot be checked here" ;;
    esac
    if grep -aqvE "^[0-9a-f]{$digits}  [^ ]" "$1"; then
        refuse "$1 has a line that is not a digest, two spaces and a name"
    fi
    sed 's/%25/%/g' "$1" >"$work/lines" # the one escape that plain names need (RFC 8493, 2.1.3)
    cut -c "$((digits + 3))-" "$work/lines" | sort >"$work/listed"
    cmp -s "$work/listed" "$2" || refuse "$1 does not list each file once, and nothing else"
    $sum --strict --quiet -c "$work/lines" </dev/null || refuse "files are not as $1 says"
}

is_strong=no
for list in manifest-*.txt; do
    [ -f "tag$list" ] || refuse "there is no list tag$list"
done
for list in tagmanifest-*.txt; do
    echo "2. Is every file as ${list#tag} and $list say, and is every file in them?"
    [ -f "${list#tag}" ] || refuse "there is no list ${list#tag}"
    check_list "$list" "$work/tags"
    check_list "${list#tag}" "$work/payload"

    echo "3. Did $signer sign $list?"
    is_signed=no
    for signature in "signatures/$list.sig" "signatures/$list".*.sig; do
        [ -f "$signature" ] || continue
        ssh-keygen -Y check-novalidate -n file -s "$signature" <"$list" >"$work/said" 2>&1 ||
            refuse "$signature is not a signature of $list: $(cat "$work/said")"

        # A key that expired since was still good at the time of the first timestamp.
        at=
        stamped=$signature
        while [ -n "$authority" ] && [ -f "$stamped.tsr" ]; do
            stated=$(openssl ts -reply -in "$stamped.tsr" -text | sed -n 's/^Time stamp: //p')
            echo "4. Was the signature there before $stated?"
            # At the stated time the authority's certificate was good; it may have expired since.
            openssl ts -verify -data "$stamped" -in "$stamped.tsr" -CAfile "$authority" \
                -untrusted "$stamped.tsr.pem" -attime "$(date -d "$stated" +%s)" ||
                refuse "$stamped.tsr is not a timestamp of $stamped by a trusted authority"
            at=${at:--Overify-time=$(date -u -d "$stated" +%Y%m%d%H%M%SZ)}
            stamped=$stamped.tsr
        done
        ssh-keygen -Y verify -f "$signers" -I "$signer" -n file -s "$signature" $at <"$list" \
            2>>"$work/why" || continue
        [ -z "$authority" ] || [ -n "$at" ] || refuse "$signature has no timestamp"
        is_signed=yes
    done
    [ $is_signed = yes ] || refuse "$signer did not sign $list: $(cat "$work/why" 2>&1)"
done
[ $is_strong = yes ] || refuse "no list is with SHA-2"
for signature in signatures/*.sig; do
    list=${signature#signatures/}
    [ -f "${list%%.txt*}.txt" ] || refuse "$signature is over a list that is not there"
done
echo "All good."
