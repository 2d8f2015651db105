#!/usr/bin/env bash
# Sees to what only the benchmarks need: Janus to compare with, OpenSSL's headers for the load generator, and the programs
# that set up a network namespace. Installs it where it may, else says how to get it.
set -euo pipefail

missing=()
for pair in janus:janus pkg-config:pkg-config ip:iproute2 unshare:util-linux taskset:util-linux; do
    command -v "${pair%%:*}" >/dev/null || missing+=("${pair##*:}")
done
[[ -e /usr/include/openssl/ssl.h ]] || missing+=(libssl-dev)
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
    echo "The benchmarks need what is not installed: ${missing[*]}"
    echo "  Debian, Ubuntu: sudo apt-get install ${missing[*]}"
} >&2
exit 1
