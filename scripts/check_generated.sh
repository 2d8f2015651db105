#!/usr/bin/env bash
# Generates anew what follows from the Python models, and fails when what is committed was different.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

generated=(client/src/generated sdk/typescript/src/generated
    sdk/python/parley/models.py sdk/python/parley/operations.py sdk/python/parley/aio/operations.py)
before=$(mktemp -d)
trap 'rm -rf "$before"' EXIT
cp -Rp --parents "${generated[@]}" "$before"
.venv/bin/python -m sdk.generator
(cd client && npm run --silent generate)
for path in "${generated[@]}"; do
    if ! diff -r "$before/$path" "$path" >/dev/null; then
        echo "$path was not what the Python models give. It is now: commit it." >&2
        exit 1
    fi
done
# With their old times, so that nothing is built again because of a check.
cp -Rp "$before/." .
