#!/usr/bin/env bash
# Takes Redis away from a Functions app, and gives it back: for drills, never in prod.
#
#   GROUP=… FUNCTIONS=… scripts/redis_outage.sh begin|end|host
#
# The app is told an address from which nothing ever answers (RFC 5737), and Azure restarts it with that. What it was told
# before is kept in a setting beside, so that `end` gives it back from anywhere, as often as it is run. `host` says where Redis
# is, for the experiment of Chaos Mesh that takes it from the cluster (k8s/chaos/no-redis.yaml).
set -euo pipefail

usage="usage: GROUP=… FUNCTIONS=… $0 begin|end|host"
: "${GROUP:?$usage}" "${FUNCTIONS:?$usage}"
nowhere=rediss://192.0.2.1:10000
kept=DRILL_KEPT_REDIS_URL
app=(--resource-group "$GROUP" --name "$FUNCTIONS")

value_of() {
    az functionapp config appsettings list "${app[@]}" --query "[?name=='$1'].value | [0]" --output tsv
}

tell() {
    az functionapp config appsettings set "${app[@]}" --settings "$@" --output none
}

case "${1:-}" in
    begin)
        if [[ -n $(value_of "$kept") ]]; then
            echo "an outage is under way: end it first" >&2
            exit 1
        fi
        url=$(value_of PARLEY_REDIS_URL)
        [[ -n $url ]] || { echo "$FUNCTIONS has no Redis" >&2 && exit 1; }
        tell "$kept=$url" "PARLEY_REDIS_URL=$nowhere"
        ;;
    end)
        url=$(value_of "$kept")
        [[ -n $url ]] || exit 0
        tell "PARLEY_REDIS_URL=$url"
        az functionapp config appsettings delete "${app[@]}" --setting-names "$kept" --output none
        ;;
    host)
        url=$(value_of PARLEY_REDIS_URL)
        [[ -n $url ]] || { echo "$FUNCTIONS has no Redis" >&2 && exit 1; }
        host=${url#*://}
        echo "${host%%:*}"
        ;;
    *)
        echo "$usage" >&2
        exit 2
        ;;
esac
