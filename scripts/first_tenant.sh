#!/usr/bin/env bash
# Creates the first tenant of an environment and prints its API key, this once (`./parley bootstrap`).
#
#   scripts/first_tenant.sh dev
#
# The database is closed to the internet: it is opened to this machine for as long as it takes. Each change of it takes Azure
# some minutes.
set -euo pipefail
cd "$(dirname "$0")/.."

environment=${1:?usage: $0 ENVIRONMENT}
. scripts/outputs.sh "$environment"
cosmos=$(az cosmosdb list --resource-group "$GROUP" --query '[0].name' --output tsv)
pepper=$(scripts/with_vault.sh "$VAULT" az keyvault secret show --vault-name "$VAULT" --name api-key-pepper --query value --output tsv)

close() {
    az cosmosdb update --resource-group "$GROUP" --name "$cosmos" --public-network-access DISABLED --ip-range-filter '' --output none
    echo "closed $cosmos"
}
trap close EXIT

az cosmosdb sql role assignment create --resource-group "$GROUP" --account-name "$cosmos" --scope / --output none \
    --principal-id "$(az ad signed-in-user show --query id --output tsv)" --role-definition-id 00000000-0000-0000-0000-000000000002
az cosmosdb update --resource-group "$GROUP" --name "$cosmos" --public-network-access ENABLED --output none \
    --ip-range-filter "$(curl --fail --silent --show-error https://api.ipify.org)"

bootstrap() {
    PARLEY_ENVIRONMENT=$environment PARLEY_PUBLIC_URL=$PUBLIC_URL PARLEY_COSMOS_ENDPOINT=https://$cosmos.documents.azure.com \
        PARLEY_WEBPUBSUB_ENDPOINT=https://unused.example.com PARLEY_KEY_VAULT_URL=https://$VAULT.vault.azure.net \
        PARLEY_API_KEY_PEPPER=$pepper ./parley bootstrap
}

# A refusal right after is a rule that has not arrived yet.
attempts=1
until bootstrap; do
    if [ "$attempts" = 5 ]; then
        exit 1
    fi
    attempts=$((attempts + 1))
    echo "attempt $attempts of 5 in a minute" >&2
    sleep 60
done
