# ./dev fuzz [NAME] [--seconds N | --ci]: runs the fuzz targets over their corpus, then N seconds of new inputs each.
# A finding is kept in test/artifacts/fuzz; the last line is "N passed, N failed".
set -euo pipefail
source tools/lib.sh
PATH=/usr/lib/llvm-19/bin:$PATH # for llvm-symbolizer

name='' seconds=10
while (($#)); do
  case $1 in
    --seconds) seconds=${2:?--seconds needs a number}; shift 2 ;;
    --ci) seconds=60; shift ;;
    -*) die "fuzz knows NAME, --seconds N and --ci, not '$1'" ;;
    *) name=$1; shift ;;
  esac
done

quietly "setup" fuzz-setup bash tools/setup.sh
names=()
for source in fuzz/${name:-*}_fuzz.cc; do
  [[ -f $source ]] || die "there is no fuzz target '$name'; there are: $(basename -a -s _fuzz.cc fuzz/*_fuzz.cc | xargs)"
  names+=("$(basename "$source" _fuzz.cc)")
done
say "building ${#names[@]} fuzz targets"
quietly "the build" fuzz-build build fuzz "${names[@]/%/_fuzz}"

# One target. What it learns goes to build/fuzz-corpus; the seeds in fuzz/corpus are only read.
fuzz_one() {
  local name=$1 seconds=$2 learned=build/fuzz-corpus/$1 seeds=fuzz/corpus/$1 log=$logs/fuzz-$1.log
  mkdir -p "$learned" test/artifacts/fuzz
  local folders=("$learned")
  [[ -d $seeds ]] && folders+=("$seeds")
  if "$(binary fuzz "${name}_fuzz")" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="test/artifacts/fuzz/$name-" "${folders[@]}" >"$log" 2>&1 </dev/null; then
    say "ok      $name, $(sed -n 's/^stat::number_of_executed_units: *//p' "$log") inputs"
  else
    say "not ok  $name: $log"
    tail -n 40 "$log"
  fi
}
export -f fuzz_one binary say
export logs

results=$(printf '%s\n' "${names[@]}" | xargs -P "$(nproc)" -I{} bash -c "fuzz_one {} $seconds")
say "$results"
passed=$(grep -c '^ok ' <<<"$results" || true)
failed=$((${#names[@]} - passed))
say "$passed passed, $failed failed"
((failed == 0))
