#!/usr/bin/env bash
# Sees to the programs that only the tests, the load generator or the benchmarks need: installs them where it may, else
# says how to get them. `programs.sh tests` and so on.
set -euo pipefail

# What is looked for, a program or a header, and the Debian package that has it.
case ${1:-} in
    tests) wanted=(chromium:chromium g++:g++ redis-server:redis-server) ;;
    load-generator) wanted=(pkg-config:pkg-config /usr/include/openssl/ssl.h:libssl-dev) ;;
    infrastructure) wanted=(promtool:prometheus shellcheck:shellcheck) ;;
    benchmarks) wanted=(janus:janus ip:iproute2 unshare:util-linux) ;;
    api-benchmark) wanted=(wrk:wrk) ;;
    *)
        echo "usage: $0 tests|infrastructure|load-generator|benchmarks|api-benchmark" >&2
        exit 2
        ;;
esac

missing=()
for pair in "${wanted[@]}"; do
    name=${pair%%:*}
    [[ -e $name ]] || command -v "$name" >/dev/null || missing+=("${pair##*:}")
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
    echo "For the ${1/-/ } is not installed: ${missing[*]}"
    echo "  Debian, Ubuntu: sudo apt-get install ${missing[*]}"
} >&2
exit 1
