#!/usr/bin/env bash
# Runs a command while this machine may read and write the secrets of a key vault, and closes the vault again.
#
#   scripts/with_vault.sh VAULT COMMAND …
#
# The vault is closed to the internet otherwise. The role is given to whoever is signed in and stays; it is as long as ten
# minutes until Azure knows of it.
set -euo pipefail

vault=${1:?usage: $0 VAULT COMMAND …}
shift
address=$(curl --fail --silent --show-error https://api.ipify.org)
me=$(az ad signed-in-user show --query id --output tsv)
id=$(az keyvault show --name "$vault" --query id --output tsv)

close() {
    az keyvault network-rule remove --name "$vault" --ip-address "$address" --output none || true
    az keyvault update --name "$vault" --public-network-access Disabled --output none
    echo "closed $vault" >&2
}
trap close EXIT

az role assignment create --role 'Key Vault Secrets Officer' --assignee "$me" --scope "$id" --output none
az keyvault update --name "$vault" --public-network-access Enabled --output none
az keyvault network-rule add --name "$vault" --ip-address "$address" --output none
echo "opened $vault to $address" >&2

for attempt in $(seq 60); do
    if az keyvault secret list --vault-name "$vault" --maxresults 1 --output none 2>/dev/null; then
        break
    fi
    if [ "$attempt" = 60 ]; then
        echo "$vault still refuses $me after ten minutes" >&2
        exit 1
    fi
    sleep 10
done

"$@"
