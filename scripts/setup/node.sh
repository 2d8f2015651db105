#!/usr/bin/env bash
# Says what is missing when there is no Node.js that can build the client.
set -euo pipefail

if ! node -e 'const [major, minor] = process.versions.node.split(".").map(Number);
              process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)' 2>/dev/null; then
    echo "Node.js 20.19 or newer is missing (found: $(node --version 2>/dev/null || echo none)). See https://nodejs.org/en/download" >&2
    exit 1
fi
if ! command -v npm >/dev/null; then
    echo 'npm, which comes with Node.js, is missing.' >&2
    exit 1
fi
