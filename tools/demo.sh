# ./dev demo [--port N] [--no-build]: builds and becomes the demo server. Its data stays in build/demo.
set -euo pipefail
source tools/lib.sh

port='' build=yes
while (($#)); do
  case $1 in
    --port) port=${2:?--port needs a number}; shift 2 ;;
    --no-build) build=no; shift ;;
    *) die "demo knows --port N and --no-build, not '$1'" ;;
  esac
done

if [[ -n $port && ! ($port =~ ^[1-9][0-9]{0,4}$ && $port -le 65535) ]]; then
  die "--port takes a number from 1 to 65535, not '$port'"
fi

# The port asked for, or the first free one from 4000 on.
choose_port() {
  if [[ -n $port ]]; then
    ! port_in_use "$port" || die "port $port is in use; without --port I take a free one"
    return
  fi
  for port in {4000..4099}; do
    port_in_use "$port" && continue
    [[ $port == 4000 ]] || say "Port 4000 is in use: taking $port."
    return
  done
  die "the ports 4000 to 4099 are all in use; choose one with --port"
}

answers() {
  local status
  exec 3<>"/dev/tcp/127.0.0.1/$port" || return 1
  printf 'GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n' >&3
  read -r -t 2 status <&3 && [[ $status == HTTP/1.1\ [23]* ]]
}

# The pages, unless none of their sources is newer than what was built last.
build_pages() {
  local built=examples/web/dist/index.html
  if [[ -f $built && -z $(find package-lock.json packages examples/web -newer "$built" -type f \
    -not -path '*/node_modules/*' -not -path '*/dist/*' -print -quit) ]]; then return; fi
  npm run build
}

# Says the URL as soon as process $1 answers; gives up when it has ended or half a minute has passed.
announce() {
  local tries
  for ((tries = 0; tries < 300; tries++)); do
    kill -0 "$1" 2>/dev/null || return 0
    if (answers) 2>/dev/null; then
      printf '\n  Clicks  http://localhost:%s/clicks/\n  Chat    http://localhost:%s/chat/\n\n  Ctrl-C stops; what was clicked and said is kept.\n\n' "$port" "$port"
      return
    fi
    sleep 0.1
  done
  say "the server does not answer on port $port" >&2
}

if [[ $build == yes ]]; then
  steps 5
  step "installing what is missing" demo-setup bash tools/setup.sh demo
  step "configuring the build" demo-configure configure release
  step "building the server (a few minutes the first time)" demo-server build release roost-demo
  step "building the pages" demo-web build_pages
else
  steps 1
fi
server=$(binary release roost-demo) || die "roost-demo is not built; run ./dev demo without --no-build"
[[ -d examples/web/dist ]] || die "the pages are not built; run ./dev demo without --no-build"
choose_port
mkdir -p build/demo
printf '[%d/%d] starting the server on port %s\n' "$step_count" "$step_count" "$port"
(announce $$ &)
exec "$server" --port "$port" --db build/demo/roost-demo.db
