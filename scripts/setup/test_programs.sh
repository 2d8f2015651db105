#!/usr/bin/env bash
# Sees to the programs that only the tests need: installs them where it may, else says how to get them.
set -euo pipefail

# Each program has the name of its Debian package.
missing=()
for program in chromium g++ redis-server; do
    command -v "$program" >/dev/null || missing+=("$program")
done
if [[ ${#missing[@]} == 0 ]]; then
    exit
fi

if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
    echo "installing Debian packages (${missing[*]}) …"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
    exit
fi

{
    echo "The tests need programs that are not installed: ${missing[*]}"
    echo "  Debian, Ubuntu: sudo apt-get install ${missing[*]}"
    echo "  macOS:          brew install gcc redis && brew install --cask chromium"
} >&2
exit 1
