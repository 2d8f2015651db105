#!/usr/bin/env bash
# Makes GitHub's environments in which workflows work on one environment of Azure's, and tells them what it is called.
#
#   scripts/github_environments.sh dev|staging|prod
#
# The values are from the outputs of the deployment and from what docs/deploy.md, step 2, exports. It can be run again at any
# time; who has to approve is chosen in GitHub and stays.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

environment=${1:-}
case $environment in
    dev) rooms=(infra-preview infra functions web images) ;;
    staging) rooms=(infra-preview infra functions web images promote chaos) ;;
    prod) rooms=(infra-preview infra functions web images promote) ;;
    *) echo "usage: $0 dev|staging|prod" >&2 && exit 2 ;;
esac
: "${PARLEY_GITHUB_REPOSITORY:?}" "${PARLEY_GITHUB_SUBJECT:?}" "${PARLEY_DOMAIN:?}" "${PARLEY_ADMIN_GROUP:?}" "${PARLEY_SSH_PUBLIC_KEY:?}"
: "${PARLEY_BUDGET_EMAIL:?}" "${PARLEY_PAGERDUTY_URL:?}"
. scripts/outputs.sh "$environment"

variables=$(mktemp)
trap 'rm "$variables"' EXIT
cat >"$variables" <<END
AZURE_TENANT_ID="$(az account show --query tenantId --output tsv)"
AZURE_SUBSCRIPTION_ID="$(az account show --query id --output tsv)"
AZURE_LOCATION="$(sed --quiet "s/^param location = '\(.*\)'$/\1/p" "bicep/env/$environment.bicepparam")"
AZURE_RESOURCE_GROUP="$GROUP"
AZURE_AKS_CLUSTER_NAME="$CLUSTER"
AZURE_INFRA_CLIENT_ID="$(jq -r .infra <<<"$CLIENT_IDS")"
AZURE_IMAGES_CLIENT_ID="$(jq -r .images <<<"$CLIENT_IDS")"
AZURE_DEPLOY_CLIENT_ID="$(jq -r .deploy <<<"$CLIENT_IDS")"
REGISTRY="$REGISTRY"
FUNCTIONS_NAME="$FUNCTIONS"
CLIENT_NAME="$CLIENT"
PUBLIC_URL="$PUBLIC_URL"
METRICS_QUERY_URL="$METRICS_QUERY_URL"
PARLEY_DOMAIN="$PARLEY_DOMAIN"
PARLEY_GITHUB_SUBJECT="$PARLEY_GITHUB_SUBJECT"
PARLEY_ADMIN_GROUP="$PARLEY_ADMIN_GROUP"
PARLEY_SSH_PUBLIC_KEY="$PARLEY_SSH_PUBLIC_KEY"
PARLEY_BUDGET_EMAIL="$PARLEY_BUDGET_EMAIL"
END
if empty=$(grep --extended-regexp '="(null)?"$' "$variables"); then
    echo "the deployment of $environment does not tell: $empty" >&2
    exit 1
fi

for room in "${rooms[@]}"; do
    name=$room-$environment
    # To make one that is there would take its reviewers away.
    gh api --silent "repos/$PARLEY_GITHUB_REPOSITORY/environments/$name" 2>/dev/null ||
        gh api --silent --method PUT "repos/$PARLEY_GITHUB_REPOSITORY/environments/$name"
    gh variable set --repo "$PARLEY_GITHUB_REPOSITORY" --env "$name" --env-file "$variables"
    if [[ $room == infra* ]]; then
        gh secret set PARLEY_PAGERDUTY_URL --repo "$PARLEY_GITHUB_REPOSITORY" --env "$name" --body "$PARLEY_PAGERDUTY_URL"
    fi
    echo "$name"
done

# Workflows deploy to those that are named here, and to no others.
known=$(gh api "repos/$PARLEY_GITHUB_REPOSITORY/actions/variables/ENVIRONMENTS" --jq .value 2>/dev/null) || known='[]'
gh variable set ENVIRONMENTS --repo "$PARLEY_GITHUB_REPOSITORY" --body "$(jq --compact-output ". + [\"$environment\"] | unique" <<<"$known")"
