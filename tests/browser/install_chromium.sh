#!/bin/sh
# Installs Chromium for the browser tests where it can, and says how where it cannot.
for name in chromium chromium-browser google-chrome; do
  command -v "$name" >/dev/null 2>&1 && exit 0
done
if command -v apt-get >/dev/null 2>&1 && [ "$(id -u)" = 0 ]; then
  echo "Installing Chromium for the browser tests …"
  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y chromium >/dev/null && exit 0
fi
echo "The browser tests need Chromium. Install it and run this again:" >&2
echo "  Debian, Ubuntu: sudo apt-get install chromium" >&2
echo "  Fedora:         sudo dnf install chromium" >&2
echo "  macOS:          brew install --cask google-chrome" >&2
exit 1
