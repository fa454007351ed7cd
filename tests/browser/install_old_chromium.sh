#!/bin/sh
# Fetches Chromium 106, the oldest that the overlay is promised to run on, into a folder. Needs Node and npm on Linux x86-64.
set -eu
folder=$1
[ -x "$folder/chromium" ] && exit 0
sum=4663c26edf8d2888a5dc6055799cfc90e5041449e11bd9f31cab560c086a93d8
mkdir -p "$folder"
cd "$folder"
echo "Fetching Chromium 106 …"
npm pack --silent @sparticuz/chromium@106.0.2 >/dev/null
echo "$sum  sparticuz-chromium-106.0.2.tgz" | sha256sum --check --quiet
tar -xzf sparticuz-chromium-106.0.2.tgz
for name in chromium swiftshader.tar; do
  node -e 'const { readFileSync, writeFileSync } = require("fs");
    const [from, to] = process.argv.slice(1);
    writeFileSync(to, require("zlib").brotliDecompressSync(readFileSync(from)));' "package/bin/$name.br" "old-$name"
done
tar -xf old-swiftshader.tar
chmod +x old-chromium
printf '#!/bin/sh\nexec "%s/old-chromium" --no-zygote "$@"\n' "$PWD" >chromium
chmod +x chromium
rm -rf package sparticuz-chromium-106.0.2.tgz old-swiftshader.tar
