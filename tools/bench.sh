# ./dev bench …: builds, then measures; tools/bench.mjs has the options.
set -euo pipefail
source tools/lib.sh

quietly "setup" bench-setup bash tools/setup.sh
quietly "the build" bench-build build release roost_program floor decoding_floor micro_bench contract_server
exec node tools/bench.mjs "$@"
