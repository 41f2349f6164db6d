# ./dev demo [--port N] [--no-build]: builds and becomes the demo server. Its data stays in build/demo.
set -euo pipefail
source tools/lib.sh
source tools/demo-parts.sh

port='' build=yes
while (($#)); do
  case $1 in
    --port) port=${2:?--port needs a number}; shift 2 ;;
    --no-build) build=no; shift ;;
    *) die "demo knows --port N and --no-build, not '$1'" ;;
  esac
done

check_port_number "$port"

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
  build_demo demo
else
  steps 1
fi
find_demo demo
choose_port
mkdir -p build/demo
printf '[%d/%d] starting the server on port %s\n' "$step_count" "$step_count" "$port"
(announce $$ &)
exec "$server" --port "$port" --db build/demo/roost-demo.db
