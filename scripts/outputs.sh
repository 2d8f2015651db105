# shellcheck shell=bash
# The outputs of the newest deployment of an environment, as the variables that the commands of docs/ take:
#
#   . scripts/outputs.sh dev
#
# It is read by a shell, not run. `output NAME` tells the others, as `output NAME_SERVERS`.
_environment=${1:?usage: . scripts/outputs.sh ENVIRONMENT}

# Ours is called parley-dev; those of azd have a tag that says the environment.
_newest="max_by([?properties.provisioningState=='Succeeded' && (name=='parley-$_environment' || tags.\"azd-env-name\"=='$_environment')], &properties.timestamp)"
_outputs=$(az deployment sub list --query "$_newest.properties.outputs" --output json)

output() {
    # Azure changes the case of some letters of these names (`azurE_RESOURCE_GROUP`).
    jq -r --arg name "$1" 'to_entries[] | select((.key | ascii_upcase) == $name) | .value.value' <<<"${_outputs:-{\}}"
}

GROUP=$(output AZURE_RESOURCE_GROUP) FUNCTIONS=$(output FUNCTIONS_NAME) VAULT=$(output VAULT_NAME)
CLUSTER=$(output AZURE_AKS_CLUSTER_NAME) REGISTRY=$(output AZURE_CONTAINER_REGISTRY_ENDPOINT) CLIENT=$(output CLIENT_NAME)
BASE=${GROUP#rg-} PUBLIC_URL=$(output PUBLIC_URL) METRICS_QUERY_URL=$(output METRICS_QUERY_URL) CLIENT_IDS=$(output CLIENT_IDS)
export GROUP BASE FUNCTIONS VAULT CLUSTER REGISTRY CLIENT PUBLIC_URL METRICS_QUERY_URL CLIENT_IDS

if [ -n "$GROUP" ]; then
    echo "group $GROUP, app $FUNCTIONS, vault $VAULT, cluster $CLUSTER, registry $REGISTRY, client $CLIENT, at $PUBLIC_URL"
else
    echo "no deployment of $_environment has succeeded in this subscription yet" >&2
    return 1
fi
