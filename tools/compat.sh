# ./dev compat: every suite that shows what Phoenix clients meet, in full, and then docs/compatibility.md anew out of what they reported:
# the conformance suite on 1 and on 4 shards, the official client, clients of other makers and in other languages, random scripts on both transports, the echo
# socket against the behaviours of RFC 6455 and RFC 7692. Options of each are in its first lines, in test/compat.
set -euo pipefail
source tools/lib.sh
GLOBIGNORE=test/client/files.test.mjs # there is no Phoenix in it

quietly "setup" compat-setup bash tools/setup.sh
quietly "the build" compat-build build release contract_server
rm -rf build/compat
export COMPAT_REPORTS=$PWD/build/compat

steps 5
for shards in 1 4; do
  step "conformance, shards: $shards" "compat-conformance-$shards" node tools/conformance.mjs --shards "$shards"
done
step "the official client" compat-client node_tests client test/client/*.test.mjs
step "clients of other makers and languages" compat-third-party node_tests '' test/compat/{third-party,languages}/*.test.mjs
step "both transports alike; the echo socket" compat-transports node_tests '' test/compat/*.test.mjs
node tools/compat-page.mjs
