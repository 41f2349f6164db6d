# Shared by ./dev demo and ./dev cluster; sourced after lib.sh.
# shellcheck shell=bash

# check_port_number PORT: ends with a word if it is none; "" is as good.
check_port_number() {
  [[ -z $1 || ($1 =~ ^[1-9][0-9]{0,4}$ && $1 -le 65535) ]] || die "--port takes a number from 1 to 65535, not '$1'"
}

# The pages, unless none of their sources is newer than what was built last.
build_pages() {
  local built=examples/web/dist/index.html
  if [[ -f $built && -z $(find package-lock.json packages examples/web -newer "$built" -type f \
    -not -path '*/node_modules/*' -not -path '*/dist/*' -print -quit) ]]; then return; fi
  npm run build
}

# build_demo PART: four steps; installs PART of tools/apt-packages.txt first.
build_demo() {
  step "installing what is missing" "$1-setup" bash tools/setup.sh "$1"
  step "configuring the build" demo-configure configure release
  step "building the server (a few minutes the first time)" demo-server build release roost-demo
  step "building the pages" demo-web build_pages
}

# find_demo VERB: sets `server`, or says how to build it.
find_demo() {
  server=$(binary release roost-demo) || die "roost-demo is not built; run ./dev $1 without --no-build"
  [[ -d examples/web/dist ]] || die "the pages are not built; run ./dev $1 without --no-build"
}
