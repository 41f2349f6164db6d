# ./dev contract --port N [--shards N]: becomes the contract server, built first if needed. Quiet; a failed build is shown.
set -euo pipefail
source tools/lib.sh

quietly "setup" contract-setup bash tools/setup.sh demo
quietly "the build" contract-build build release contract_server
server=$(binary release contract_server) || die "contract_server was built, but is not in build/release"
exec "$server" --log-level warn "$@"
