# ./dev compat: what Phoenix clients may meet beyond the conformance suite: random scripts on both transports, and the echo socket
# against the behaviours of RFC 6455 and RFC 7692. Options of each are in its first lines, in test/compat.
set -euo pipefail
source tools/lib.sh
quietly "setup" compat-setup bash tools/setup.sh
quietly "the build" compat-build build release contract_server
exec node --test test/compat/*.test.mjs
