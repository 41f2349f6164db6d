#!/usr/bin/env bash
# Proves that a stranger's Debian 12 is enough: makes a minimal system with nothing but git, clones this repository into it, and
# runs ./dev demo (asking it for a page) and ./dev test there. Needs root, debootstrap, and the host's access to packages.
#   tools/fresh-machine.sh DIR [setup|demo|test|all]      DIR is made anew each time; default all; then removed with: … DIR remove
# The host's own package sources are copied at run time (apt, npm): how they are reached is no business of the repository.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
machine=${1:?usage: tools/fresh-machine.sh DIR [setup|demo|test|all|remove]}
what=${2:-all}
mounts=(proc sys dev dev/pts dev/shm)
[[ $EUID == 0 ]] || { echo "fresh-machine: needs root" >&2; exit 1; }

unmount_all() {
  local index
  for ((index = ${#mounts[@]} - 1; index >= 0; index--)); do
    if mountpoint -q "$machine/${mounts[index]}"; then umount "$machine/${mounts[index]}" || umount -l "$machine/${mounts[index]}"; fi
  done
}

remove() {
  unmount_all
  # Never through a mount into the host: one file system only.
  [[ ! -d $machine ]] || rm -rf --one-file-system "$machine"
}

# The first address of Debian in the host's sources, whatever their format.
mirror() {
  cat /etc/apt/sources.list /etc/apt/sources.list.d/*.{list,sources} 2>/dev/null |
    grep -E '^(deb|URIs:)' | grep -oE 'https?://[^ ]*/debian/?( |$)' | head -n 1 | tr -d ' '
}

make() {
  remove
  mkdir -p "$machine"
  debootstrap --variant=minbase --include=git,ca-certificates bookworm "$machine" "$(mirror)" >"$machine.debootstrap.log" 2>&1 ||
    { tail "$machine.debootstrap.log" >&2; exit 1; }
  rm -f "$machine.debootstrap.log"
  cp -a /etc/resolv.conf /etc/hosts "$machine/etc/" 2>/dev/null || true
  rm -rf "$machine"/etc/apt/sources.list{,.d}
  cp -a /etc/apt/sources.list.d "$machine/etc/apt/"
  [[ ! -f /etc/apt/sources.list ]] || cp -a /etc/apt/sources.list "$machine/etc/apt/"
  local file
  for file in /etc/apt/apt.conf.d/*; do
    if grep -qiE 'acquire|proxy|verify' "$file" && ! grep -qi 'docker' "$file"; then cp -a "$file" "$machine/etc/apt/apt.conf.d/"; fi
  done
  cp -a /etc/ssl/certs/. "$machine/etc/ssl/certs/"
  [[ ! -d /usr/local/share/ca-certificates ]] || cp -a /usr/local/share/ca-certificates "$machine/usr/local/share/"
  [[ ! -f ~/.npmrc ]] || cp -a ~/.npmrc "$machine/root/.npmrc"
  for file in "${NODE_EXTRA_CA_CERTS:-}" "${SSL_CERT_FILE:-}"; do
    [[ ! -f $file || -e $machine/$file ]] || install -D "$file" "$machine/$file"
  done
  git clone --quiet "$root" "$machine/root/roost"
}

mount_all() {
  mount -t proc proc "$machine/proc"
  mount -t sysfs sys "$machine/sys" || mount --bind /sys "$machine/sys"
  mount --bind /dev "$machine/dev"
  mount --make-private "$machine/dev" # what is mounted below stays out of the host's /dev
  mount --bind /dev/pts "$machine/dev/pts"
  mkdir -p "$machine/dev/shm"
  mount -t tmpfs tmpfs "$machine/dev/shm"
}

# How the host reaches its registries, if its environment says so.
network=()
for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY NODE_EXTRA_CA_CERTS SSL_CERT_FILE; do
  [[ -z ${!name:-} ]] || network+=("$name=${!name}")
done
for name in ${!npm_config_*} ${!NPM_CONFIG_*}; do network+=("$name=${!name}"); done

inside() {
  chroot "$machine" env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 "${network[@]}" \
    bash -c "cd /root/roost && $1" </dev/null
}

timed() {
  local start=$SECONDS status=0
  echo "== $1"
  inside "$1" || status=$?
  echo "== $1: status $status after $((SECONDS - start)) s"
  return "$status"
}

demo() {
  local pid page status=1 tries
  inside './dev demo --port 4321' &
  pid=$!
  for ((tries = 0; tries < 1200; tries++)); do
    kill -0 "$pid" 2>/dev/null || break
    page=$(inside 'exec 3<>/dev/tcp/127.0.0.1/4321 && printf "GET /clicks/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n" >&3 && cat <&3' 2>/dev/null || true)
    if [[ $page == *'200 OK'*'<html'* ]]; then status=0; break; fi
    sleep 1
  done
  # The server took the place of the shells that started it; its arguments are its own.
  local server
  server=$(pgrep -n -f 'roost-demo --port 4321 ' || true)
  [[ -z $server ]] || kill -INT "$server"
  local ended=0
  wait "$pid" || ended=$?
  echo "== ./dev demo: page $([[ $status == 0 ]] && echo served || echo missing) after ${tries} s, status $ended after Ctrl-C"
  [[ $status == 0 && $ended == 0 ]]
}

[[ $what != remove ]] || { remove; exit; }
trap unmount_all EXIT
make
mount_all
failed=0
case $what in
  setup) timed './dev setup && ./dev setup' || failed=1 ;;
  demo) demo || failed=1 ;;
  test) timed 'CI=true bash .ci/run' || failed=1 ;;
  all)
    demo || failed=1
    timed 'CI=true bash .ci/run' || failed=1
    timed './dev setup' || failed=1
    ;;
  *) echo "fresh-machine: what is '$what'?" >&2; exit 2 ;;
esac
exit "$failed"
