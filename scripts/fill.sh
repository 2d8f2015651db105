#!/usr/bin/env bash
# Writes manifests with their ${NAMES} replaced by variables of the environment, for `kubectl apply --filename -`: for what is
# applied by hand and is another in each cluster.
#
#   NAME=… scripts/fill.sh k8s/platform/cert-manager.yaml …
#
# Fails, and writes nothing, where a name has no value.
set -euo pipefail

[[ $# -gt 0 ]] || { echo "usage: NAME=… $0 FILE…" >&2 && exit 2; }

filled=
for file in "$@"; do
    text=$(<"$file")
    for name in $(grep --only-matching --extended-regexp '\$\{[A-Z_]+\}' "$file" | sort --unique | tr --delete '{}$'); do
        [[ -n ${!name:-} ]] || { echo "$file: $name has no value (docs/deploy.md says where it is from)" >&2 && exit 1; }
        text=${text//"\${$name}"/${!name}}
    done
    filled+=$'---\n'$text$'\n'
done
printf '%s' "$filled"
