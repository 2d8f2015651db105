#!/usr/bin/env bash
# Generates the client's types anew and fails when the committed ones were different.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../client"

before=$(mktemp -d)
trap 'rm -rf "$before"' EXIT
cp -Rp src/generated "$before"
npm run --silent generate
if ! diff -r "$before/generated" src/generated >/dev/null; then
    echo 'client/src/generated was not what the Python models give. It is now: commit it.' >&2
    exit 1
fi
# With their old times, so that nothing is built again because of a check.
cp -Rp "$before/generated" src
