# ./dev sim SEED: replays the cluster simulation of src/tracker with one seed.
set -euo pipefail
source tools/lib.sh

[[ ${1:-} =~ ^[0-9]+$ ]] || die "usage: ./dev sim SEED"
quietly "setup" sim-setup bash tools/setup.sh demo
quietly "the build" sim-build build release tracker_tests
ROOST_SEED=$1 exec "$(binary release tracker_tests)" --gtest_filter='*Sim*'
