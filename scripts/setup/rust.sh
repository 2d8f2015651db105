#!/usr/bin/env bash
# Says what is missing when the packet engine cannot be built here, and how to get it.
set -euo pipefail

required=1.95

complain() {
    printf '%s\n' "$@" >&2
    exit 1
}

if [[ $(uname -s) != Linux ]]; then
    complain "The packet engine runs on Linux only, and this is $(uname -s): take a Linux machine, a virtual one, or WSL on Windows."
fi

found=$(rustc --version 2>/dev/null | awk '{print $2}' || true)
if [[ -z "$found" || "$(printf '%s\n' "$required" "$found" | sort -V | head -1)" != "$required" ]] || ! command -v cargo >/dev/null; then
    complain "The packet engine is built with cargo and Rust $required or newer (Rust found: ${found:-none})." \
        '  not there yet: see https://rustup.rs' \
        '  too old:       rustup update stable'
fi

if ! command -v cc >/dev/null; then
    complain 'The packet engine needs a C compiler to be built. On Debian or Ubuntu: sudo apt-get install build-essential'
fi
