# ./dev cluster [--nodes N] [--port N] [--no-build]: builds, then tools/cluster.mjs runs all of it. Its data stays in
# build/cluster.
set -euo pipefail
source tools/lib.sh
source tools/demo-parts.sh

port='' nodes=3 build=yes
while (($#)); do
  case $1 in
    --port) port=${2:?--port needs a number}; shift 2 ;;
    --nodes) nodes=${2:?--nodes needs a number}; shift 2 ;;
    --no-build) build=no; shift ;;
    *) die "cluster knows --nodes N, --port N and --no-build, not '$1'" ;;
  esac
done
check_port_number "$port"
[[ $nodes =~ ^[1-9]$ ]] || die "--nodes takes a number from 1 to 9, not '$nodes'"

if [[ $build == yes ]]; then
  steps 5
  build_demo cluster
else
  steps 1
fi
find_demo cluster
command -v nats-server >/dev/null || die "nats-server is not installed; run ./dev cluster without --no-build"
mkdir -p build/cluster
printf '[%d/%d] starting NATS, %d nodes and the proxy\n' "$step_count" "$step_count" "$nodes"
exec node tools/cluster.mjs "$server" "$nodes" $port
