# ./dev setup [demo | cluster]: installs what is missing; takes a moment when nothing is.
set -euo pipefail
source tools/lib.sh

part=${1:-test}
[[ $part == demo || $part == cluster || $part == test ]] || die "setup: there is no part '$part'"

as_root() {
  if [[ $EUID == 0 ]]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else die "run ./dev setup as root: there is no sudo to install packages with"
  fi
}

have_node() { command -v npm >/dev/null && node -e 'process.exit(+(parseInt(process.versions.node) < 18))' 2>/dev/null; }

# The packages of the wanted parts that are not installed.
missing_packages() {
  local wanted installed package
  wanted=$(awk -v part="$part" '!/^#/ && NF && ($2 == "demo" || $2 == part || part == "test") { print $1 }' tools/apt-packages.txt)
  if have_node; then wanted=$(grep -vxE 'nodejs|npm' <<<"$wanted"); fi
  installed=$(dpkg-query -W -f '${db:Status-Abbrev}${Package}\n' 2>/dev/null | sed -n 's/^.i //p')
  for package in $wanted; do
    grep -qx "$package" <<<"$installed" || printf '%s\n' "$package"
  done
}

install_packages() {
  command -v dpkg-query >/dev/null ||
    die "setup knows Debian 12 only; elsewhere install what tools/apt-packages.txt lists by hand"
  local missing
  mapfile -t missing < <(missing_packages)
  ((${#missing[@]})) || return 0
  say "installing ${missing[*]}"
  local options=(-y --no-install-recommends -o Dpkg::Use-Pty=0)
  # A CI machine is thrown away: dpkg need not wait for its disk after every file.
  [[ -z ${CI:-} ]] || options+=(-o Dpkg::Options::=--force-unsafe-io)
  as_root apt-get update
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install "${options[@]}" "${missing[@]}"
}

# npm_install FOLDER: node_modules as package-lock.json says. The stamp tells for which lock and Node.js it was made.
npm_install() {
  local folder=$1 stamp
  stamp="$(sha256sum <"$folder/package-lock.json") node $(node -p process.versions.modules)"
  [[ -f $folder/node_modules/.stamp && $(<"$folder/node_modules/.stamp") == "$stamp" ]] && return
  say "installing the npm packages of ${folder/#./the repository}"
  (cd "$folder" && npm ci --no-audit --no-fund --no-update-notifier)
  printf '%s\n' "$stamp" >"$folder/node_modules/.stamp"
}

install_packages
npm_install .
if [[ $part == test ]]; then
  npm_install test/conformance
  npm_install test/compat/third-party
  npm_install packages/react/test/matrix
fi
