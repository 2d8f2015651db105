#!/usr/bin/env bash
# Says what is missing when there is no Rust that can build the forwarder.
set -euo pipefail

required=1.95
found=$(rustc --version 2>/dev/null | awk '{print $2}' || true)
if [[ -z "$found" || "$(printf '%s\n' "$required" "$found" | sort -V | head -1)" != "$required" ]] || ! command -v cargo >/dev/null; then
    echo "Rust $required or newer is missing (found: ${found:-none}). See https://rustup.rs" >&2
    exit 1
fi
