# ./dev autobahn [--wstest COMMAND] [--preset NAME] [--cases GLOB]: the Autobahn fuzzing client against the echo socket of the contract
# server, on 1 and on 4 shards. The suite is in no package of Debian or npm, so this is by hand: COMMAND (wstest) is its program.
set -euo pipefail
source tools/lib.sh

preset=release arguments=()
while (($#)); do
  (($# >= 2)) || die "usage: ./dev autobahn [--wstest COMMAND] [--preset NAME] [--cases GLOB]"
  if [[ $1 == --preset ]]; then preset=$2; else arguments+=("$1" "$2"); fi
  shift 2
done

quietly "setup" autobahn-setup bash tools/setup.sh
quietly "the build" autobahn-build build "$preset" contract_server
exec node tools/autobahn.mjs --server "$(binary "$preset" contract_server)" "${arguments[@]}"
