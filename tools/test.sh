# ./dev test [--quick]: builds, then runs every suite. Each writes build/logs/NAME.log and one line here; the last line is the sum,
# "N passed, N failed". Fails if anything failed, also if a suite gave no result. --quick: without test/e2e,
# sanitizers and fuzzing.
set -euo pipefail
source tools/lib.sh
PATH=/usr/lib/llvm-19/bin:$PATH # for llvm-symbolizer
export CMAKE_COLOR_DIAGNOSTICS=OFF NO_COLOR=1
export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1 UBSAN_OPTIONS=print_stacktrace=1
export TSAN_OPTIONS=halt_on_error=1:second_deadlock_stack=1

quick=no
[[ ${1:-} != --quick ]] || quick=yes
started=$SECONDS
total_passed=0 total_failed=0

# record TITLE LOG PASSED FAILED SECONDS: the line of one suite, and for a failed one what its log says about it.
record() {
  local title=$1 log=$2 passed=$3 failed=$4 seconds=$5
  total_passed=$((total_passed + passed)) total_failed=$((total_failed + failed))
  printf '%-44s %5d passed, %d failed  %4d s\n' "$title" "$passed" "$failed" "$seconds"
  ((failed == 0)) && return
  { grep -E '^(not ok|# +not ok| *not ok)|^\[  FAILED  \]|^ *(FAIL|×)|ERROR:|WARNING: ThreadSanitizer|runtime error|error:' "$log" | head -n 40 ||
    true; } | sed 's/^/    /'
  say "    … the end of $log:"
  tail -n 15 "$log" | sed 's/^/    /'
}

# counts LOG: "PASSED FAILED" as the suite's own closing lines tell (ours, GoogleTest's, TAP's, Vitest's); nothing if there are none.
counts() {
  awk '
    /^[0-9]+ passed, [0-9]+ failed/ { passed = $1; failed = $3; seen = 1 }
    /^\[  PASSED  \] [0-9]+ tests?\./ { passed = $4; seen = 1 }
    /^\[  (FAILED |SKIPPED) \] [0-9]+ tests?, listed below/ { failed += $4 }
    /^# pass [0-9]+$/ { passed = $3; seen = 1 }
    /^# (fail|cancelled|skipped|todo) [0-9]+$/ { failed += $3 }
    /^ +Tests  / { seen = 1
      for (i = 2; i <= NF; i++) { if ($i ~ /^passed/) passed = $(i-1); if ($i ~ /^(failed|skipped|todo)/) failed += $(i-1) } }
    END { if (seen) print passed + 0, failed + 0 }' "$1"
}

# task NAME TITLE COMMAND...: counts as one test, by the command's status.
task() {
  local name=$1 title=$2 start=$SECONDS
  shift 2
  if "$@" >"$logs/$name.log" 2>&1 </dev/null; then record "$title" "$logs/$name.log" 1 0 $((SECONDS - start))
  else record "$title" "$logs/$name.log" 0 1 $((SECONDS - start))
  fi
}

# suite NAME TITLE COMMAND...: counts what the command reports. A bad status or no test at all is one failure at least.
suite() {
  local name=$1 title=$2 start=$SECONDS status=0 passed='' failed=''
  shift 2
  "$@" >"$logs/$name.log" 2>&1 </dev/null || status=$?
  read -r passed failed < <(counts "$logs/$name.log") || true
  : "${passed:=0}" "${failed:=0}"
  if ((failed == 0 && (status != 0 || passed == 0))); then
    say "exit status $status" >>"$logs/$name.log"
    failed=1
  fi
  record "$title" "$logs/$name.log" "$passed" "$failed" $((SECONDS - start))
}

# run_binary PRESET NAME ARGUMENT...
run_binary() {
  local path
  path=$(binary "$1" "$2") || { say "$2 is not in build/$1"; return 1; }
  "$path" "${@:3}"
}

conformance() { node tools/conformance.mjs --server "$(binary "$1" contract_server)" --shards "$2"; }
transports() { ROOST_SCRIPTS=60 node_tests '' test/compat/*.test.mjs; } # ./dev compat plays 200

# reported COMMAND...: its suite is one that the compatibility page is made of.
reported() { COMPAT_REPORTS=$PWD/build/compat "$@"; }

# sanitizer PRESET TITLE: the unit tests and the contract server, built with clang and a sanitizer.
sanitizer() {
  task "build-$1" "build: clang, $2" build "$1" unit_tests contract_server
  suite "unit-$1" "unit tests: clang, $2" run_binary "$1" unit_tests
  suite "conformance-$1" "conformance: 4 shards, $2" conformance "$1" 4
}

task setup "setup" bash tools/setup.sh
suite check "check" bash tools/check.sh
task build-release "build: g++, release" build release all
task build-web "build: pages" npm run build
suite contract "the contract of the pages comes from C++" node_tests '' test/typescript/*.test.mjs
suite unit-release "unit tests: g++, release" run_binary release unit_tests
suite micro "benchmarks with the least input" run_binary release micro_bench smoke
suite guides "code of the guides" run_binary release guide_tests
suite examples "examples" run_binary release examples_tests
task install "installed, and as a subdirectory" bash tools/check_install.sh
suite bench "load generator" node_tests test/bench/*.test.mjs
suite vitest "vitest" env ROOST_BROWSER=1 ROOST_SERVER=1 npm test --silent
suite vitest-oldest "vitest: React 18.2, phoenix 1.7.0" env ROOST_SERVER=1 npm run --silent test:oldest
rm -rf build/compat
suite conformance-1 "conformance: 1 shard" reported conformance release 1
suite conformance-4 "conformance: 4 shards" reported conformance release 4
suite client "official client, bad input, files" reported node_tests client test/client/*.test.mjs
suite cluster "clusters of real processes" node_tests '' test/cluster/*.test.mjs
suite third-party "clients of other makers and languages" reported node_tests '' test/compat/{third-party,languages}/*.test.mjs
suite transports "both transports alike, the echo socket" reported transports
task compat-page "docs/compatibility.md says what the tests say" node tools/compat-page.mjs --check
if [[ $quick == no ]]; then
  suite e2e "pages in Chromium" node_tests '' test/e2e/*.test.mjs
  sanitizer asan "ASan+UBSan"
  sanitizer tsan "TSan"
  suite fuzz "fuzz targets, 5 s each" bash tools/fuzz.sh --seconds 5
fi

say "$(((SECONDS - started) / 60)) min $(((SECONDS - started) % 60)) s; logs in $logs"
say "$total_passed passed, $total_failed failed"
((total_failed == 0))
