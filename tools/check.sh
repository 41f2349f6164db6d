# ./dev check: what can be said without building. One line for each item; the last is "N passed, N failed".
set -euo pipefail
source tools/lib.sh

passed=0 failed=0

# item TITLE COMMAND...: passes if the command succeeds; otherwise its output is shown.
item() {
  local title=$1 output
  shift
  if output=$("$@" 2>&1 </dev/null); then
    passed=$((passed + 1))
    say "ok      $title"
  else
    failed=$((failed + 1))
    say "not ok  $title"
    head -n 60 <<<"$output" | sed 's/^/        /'
  fi
}

cpp_is_formatted() { tracked '*.cc' '*.h' '*.hpp' | xargs clang-format --dry-run -Werror; }

layers_checker_finds_arrows() {
  { node tools/check_layers.mjs --root tools/fixtures/layers || true; } | diff - tools/fixtures/layers/expected.txt
}

# Tabs and trailing blanks. Not in data, in locks, in the conformance suite, which comes from elsewhere.
whitespace_is_clean() {
  local found
  found=$(git -c safe.directory='*' grep -nIE $'[[:blank:]]+$|\t' -- . ':!fuzz/corpus' ':!*package-lock.json' ':!test/conformance' ':!*.svg') || return 0
  say "$found"
  return 1
}

header_stands_alone() {
  printf '#include <roost/%s>\n' "$(basename "$1")" |
    g++ -std=c++23 -Wall -Wextra -Werror -fsyntax-only -Iinclude -x c++ -
}
export -f header_stands_alone

headers_stand_alone() {
  find include/roost -name '*.hpp' -print0 |
    xargs -0 -P "$(nproc)" -I{} bash -c 'header_stands_alone {} || { echo "{} does not compile alone"; exit 1; }'
}

# Each file of test/mistakes says in its first line what the compiler has to say about it, early enough to be read.
mistake_is_explained() {
  local expected output
  expected=$(sed -n '1s|^// error: ||p' "$1")
  if output=$(g++ -std=c++23 -Iinclude -fsyntax-only "$1" 2>&1); then
    echo "$1 compiles"
    return 1
  fi
  grep -F 'error: ' <<<"$output" | head -n 2 | grep -qF "${expected:-no first line}" && return
  echo "$1: no \"$expected\" among the first errors:"
  head -n 20 <<<"$output"
  return 1
}
export -f mistake_is_explained

mistakes_are_explained() {
  find test/mistakes -name '*.cc' -print0 | xargs -0 -P "$(nproc)" -I{} bash -c 'mistake_is_explained {}'
}

scripts_parse() {
  local script
  for script in dev .ci/run tools/*.sh; do bash -n "$script" || return 1; done
}

quietly "setup" check-setup bash tools/setup.sh
item "C++ sources are formatted (./dev format does it)" cpp_is_formatted
item "arrows between folders point downwards" node tools/check_layers.mjs
item "the layer checker finds arrows that point upwards" layers_checker_finds_arrows
item "no tabs, no trailing blanks" whitespace_is_clean
item "every public header compiles alone" headers_stand_alone
item "what is wrong with a channel is said by the compiler" mistakes_are_explained
item "shell scripts parse" scripts_parse
item "the code in the README is the code that is compiled" node tools/check_readme.mjs
item "the code in the guides is the code that is compiled" node tools/check_docs.mjs
item "TypeScript has its types right" npm run --silent typecheck
item "@roost/react packs well (publint, attw) and stays small" node tools/check_package.mjs
say "$passed passed, $failed failed"
((failed == 0))
