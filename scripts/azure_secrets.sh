#!/usr/bin/env bash
# Makes the secrets that Parley needs in a key vault of Azure's. What is there stays as it is: run it as often as you like.
#
#   scripts/azure_secrets.sh VAULT
set -euo pipefail

vault=${1:?usage: $0 VAULT}
umask 077
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# A secret from a file, so that it is on no command line.
keep() {
    az keyvault secret set --vault-name "$vault" --name "$1" --file "$scratch/value" --output none
    echo "made $1"
}

is_missing() {
    ! az keyvault secret show --vault-name "$vault" --name "$1" --output none 2>/dev/null
}

for name in api-key-pepper service-key turn-secret delivery-report-key; do
    if is_missing "$name"; then
        openssl rand -base64 48 | tr -d '\n' >"$scratch/value"
        keep "$name"
    fi
done

# P-256 keys in PEM: what signs join tokens and media grants, and what push services know us by.
for name in signing-key web-push-key; do
    if is_missing "$name"; then
        openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out "$scratch/value" 2>/dev/null
        keep "$name"
    fi
done
