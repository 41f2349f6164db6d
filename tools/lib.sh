# Shared by the scripts behind ./dev; sourced with the repository's root as the working directory.
# shellcheck shell=bash

logs=build/logs
# asan and fuzz compile the modules alike, in two folders: the second one finds everything in the cache.
export CCACHE_NOHASHDIR=1
mkdir -p "$logs"

say() { printf '%s\n' "$*"; }

die() {
  printf './dev: %s\n' "$*" >&2
  exit 1
}

# quietly TITLE LOG COMMAND...: runs it with its output in build/logs/LOG.log; on failure shows the log's end and exits.
quietly() {
  local title=$1 log=$logs/$2.log
  shift 2
  "$@" >"$log" 2>&1 </dev/null && return
  {
    tail -n 30 "$log"
    say "./dev: $title failed; all of its output: $log"
  } >&2
  exit 1
}

# steps N: the number of steps that follow. step TITLE LOG COMMAND...: "[2/5] building the server … 41 s".
steps() {
  step_now=0
  step_count=$1
}
step() {
  local title=$1 start=$SECONDS
  step_now=$((step_now + 1))
  printf '[%d/%d] %s … ' "$step_now" "$step_count" "$title"
  quietly "$@"
  printf '%d s\n' $((SECONDS - start))
}

# configure PRESET: only when there is no build tree yet; Ninja runs CMake again by itself when its files change.
configure() { [[ -f build/$1/build.ninja ]] || cmake --preset "$1"; }

# build PRESET TARGET...
build() {
  local preset=$1
  shift
  configure "$preset" && ninja -C "build/$preset" "$@"
}

# binary PRESET NAME: the path of an executable that was built.
binary() {
  local found
  found=$(find "build/$1" -name "$2" -type f -executable -print -quit 2>/dev/null)
  [[ -n $found ]] || return 1
  printf '%s\n' "$PWD/$found"
}

# node_tests REPORT FILE...: Node's test runner. What it counted goes to COMPAT_REPORTS/REPORT.json too, if both are named.
node_tests() {
  local reporters=(--test-reporter=tap --test-reporter-destination=stdout)
  if [[ -n $1 && -n ${COMPAT_REPORTS:-} ]]; then
    mkdir -p "$COMPAT_REPORTS"
    reporters+=(--test-reporter=./test/compat/lib/counts.mjs "--test-reporter-destination=$COMPAT_REPORTS/$1.json")
  fi
  node --test "${reporters[@]}" "${@:2}"
}

port_in_use() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# tracked GLOB...: files under version control, one a line. (The clone may belong to somebody else.)
tracked() { git -c safe.directory='*' ls-files -- "$@"; }
