#!/usr/bin/env bash
# What azd runs around its own steps (azure.yaml), so that `azd up` does what docs/deploy.md does by hand.
#
#   scripts/azd.sh parameters    choose the parameters of the environment: azd knows one file of them
#   scripts/azd.sh secrets       make the secrets, and have the app read them
#   scripts/azd.sh nodes         wait for the control plane, then build and install the nodes
set -euo pipefail
cd "$(dirname "$0")/.."

parameters() {
    if [ ! -f "bicep/env/$AZURE_ENV_NAME.bicepparam" ]; then
        echo "there are no parameters of $AZURE_ENV_NAME: an azd environment is called dev, staging or prod" >&2
        exit 1
    fi
    mkdir -p bicep/azd
    cp "bicep/env/$AZURE_ENV_NAME.bicepparam" bicep/azd/main.bicepparam
}

secrets() {
    scripts/with_vault.sh "$VAULT_NAME" scripts/azure_secrets.sh "$VAULT_NAME"
    app=$(az functionapp show --resource-group "$AZURE_RESOURCE_GROUP" --name "$FUNCTIONS_NAME" --query id --output tsv)
    az rest --method post --url "https://management.azure.com$app/config/configreferences/appsettings/refresh?api-version=2022-03-01"
}

nodes() {
    if ! curl --fail --silent --retry 10 --retry-all-errors --retry-delay 6 --output /dev/null "$PUBLIC_URL/readyz"; then
        echo "$PUBLIC_URL does not answer yet: give the domain its name servers (docs/deploy.md, step 4), then run"
        echo "    azd env set PARLEY_DELIVERY_REPORTS true && azd provision --no-state && scripts/deploy_nodes.sh $AZURE_ENV_NAME"
        return
    fi
    scripts/deploy_nodes.sh "$AZURE_ENV_NAME"
}

case ${1:-} in
    parameters | secrets | nodes) "$1" ;;
    *)
        echo "usage: $0 parameters | secrets | nodes" >&2
        exit 2
        ;;
esac
