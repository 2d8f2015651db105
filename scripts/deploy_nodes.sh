#!/usr/bin/env bash
# Builds the image of the nodes in the environment's registry, writes it into k8s/envs, and installs the release sfu-stable.
#
#   scripts/deploy_nodes.sh dev
#
# It is for the first time, and for those without the workflows; ArgoCD goes by what is in Git, so commit k8s/envs after it.
set -euo pipefail
cd "$(dirname "$0")/.."

environment=${1:?usage: $0 ENVIRONMENT}
. scripts/outputs.sh "$environment"
tag=$(git rev-parse --short=12 HEAD)

# What is committed is built, and nothing that happens to lie around.
sources=$(mktemp -d)
trap 'rm -rf "$sources"' EXIT
git archive HEAD | tar --extract --directory "$sources"
az acr build --registry "${REGISTRY%%.*}" --image "parley/sfu:$tag" --file k8s/images/sfu/Dockerfile "$sources"
digest=$(az acr repository show --name "${REGISTRY%%.*}" --image "parley/sfu:$tag" --query digest --output tsv)
.venv/bin/python -m scripts.node_values "$environment" --digest "$digest" --tenant "$(az account show --query tenantId --output tsv)"

az aks get-credentials --resource-group "$GROUP" --name "$CLUSTER" --overwrite-existing
kubelogin convert-kubeconfig --login azurecli
kubectl apply --filename k8s/platform/namespace.yaml
helm dependency build k8s/charts/sfu
helm upgrade --install sfu-stable k8s/charts/sfu --namespace parley --values "k8s/envs/$environment/sfu-stable.yaml" --wait --timeout 10m
kubectl -n parley logs deploy/sfu-stable | grep 'node='
