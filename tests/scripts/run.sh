#!/bin/sh
# Run a script of package.json where Node is: `run.sh check`, `run.sh format`, `run.sh test`.
# The product needs no Node: without it this says what was left out, and how to get it.
set -eu
cd "$(dirname "$0")/../.."
if ! command -v npm >/dev/null 2>&1; then
  echo "Skipped: the scripts' $1 needs Node.js 20 or newer, see https://nodejs.org (a tool for development only)."
  exit 0
fi
if [ ! -x node_modules/.bin/biome ] || ! cmp -s package-lock.json node_modules/.vivavoce-lock; then
  log=$(mktemp)
  if ! npm ci --no-audit --no-fund >"$log" 2>&1; then
    # A lock file that does not fit package.json is a fault; a registry out of reach is not.
    if grep -q EUSAGE "$log"; then cat "$log"; rm "$log"; exit 1; fi
    echo "Skipped: npm cannot install the tools for the scripts' $1. $(tail -n 1 "$log")"
    rm "$log"
    exit 0
  fi
  rm "$log"
  cp package-lock.json node_modules/.vivavoce-lock
fi
exec npm run --silent "$1"
