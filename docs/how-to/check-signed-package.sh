#!/bin/sh
# Checks a signed and timestamped package from end to end, with nothing but stock tools:
# sha512sum, ssh-keygen (OpenSSH 8.1 or later) and openssl.
#
#   sh check-signed-package.sh PACKAGE ALLOWED_SIGNERS SIGNER AUTHORITY.pem
#
# ALLOWED_SIGNERS  a line for each signer: a name, then the public key
# SIGNER           the name in it that is to have signed
# AUTHORITY.pem    the root certificate of the time-stamping authority
set -eu
package=$1 signers=$(realpath "$2") signer=$3 authority=$(realpath "$4")
cd "$package"

echo "1. Is every file as the lists say, and is every file of data/ in them?"
sha512sum --strict --quiet -c manifest-sha512.txt
sha512sum --strict --quiet -c tagmanifest-sha512.txt
listed=$(sed 's/^[^ ]*  //' manifest-sha512.txt | LC_ALL=C sort)
there=$(find data -type f | LC_ALL=C sort)
[ "$listed" = "$there" ] || { echo "data/ has files that are in no list" >&2; exit 1; }

for signature in signatures/tagmanifest-*.sig; do
    list=${signature#signatures/}
    list=${list%%.txt*}.txt
    echo "2. Did $signer sign $list?"
    ssh-keygen -Y verify -f "$signers" -I "$signer" -n file -s "$signature" < "$list"

    stamped=$signature
    while [ -e "$stamped.tsr" ]; do
        stated=$(openssl ts -reply -in "$stamped.tsr" -text | sed -n 's/^Time stamp: //p')
        echo "3. Was the signature there before $stated?"
        # At the stated time the authority's certificate was good; it may have expired since.
        openssl ts -verify -data "$stamped" -in "$stamped.tsr" -CAfile "$authority" \
            -untrusted "$stamped.tsr.pem" -attime "$(date -d "$stated" +%s)"
        stamped=$stamped.tsr
    done
done
echo "All good."
