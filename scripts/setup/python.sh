#!/usr/bin/env bash
# Makes the virtual environment .venv with a Python that is new enough, and says how to get one where there is none.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null
}

find_python() {
    local candidate
    for candidate in python3.11 python3 python3.12 python3.13; do
        if is_new_enough "$candidate"; then
            echo "$candidate"
            return
        fi
    done
    echo 'Python 3.11 or newer is missing. On Debian or Ubuntu: apt-get install python3.11 python3.11-venv; on macOS: brew install python@3.11' >&2
    return 1
}

python=$(find_python)
echo "making a virtual environment with $("$python" --version) …"
rm -rf .venv
if "$python" -m venv .venv >/dev/null 2>&1; then
    exit
fi

# Debian keeps what makes virtual environments in a package of its own.
package=$("$python" -c 'import sys; print("python3.%d-venv" % sys.version_info[1])')
if [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
    echo "installing the Debian package $package …"
    apt-get update -qq
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$package" >/dev/null
fi
rm -rf .venv
if ! "$python" -m venv .venv; then
    echo "$python cannot make virtual environments. On Debian or Ubuntu: sudo apt-get install $package" >&2
    exit 1
fi
