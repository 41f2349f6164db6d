# Projects outside of this one use Roost as docs/guide/embedding.md says: installed, and as a subdirectory of theirs. Expects
# that build/release is built whole.
set -euo pipefail
source tools/lib.sh

prefix=$PWD/build/install/prefix
outside=build/install/outside
inside=build/install/inside
rm -rf build/install

# Such a project knows nothing of the presets, but may use the same compiler cache.
outside_project() {
  cmake -S test/install -B "$1" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCMAKE_CXX_COMPILER_LAUNCHER=ccache "${@:2}"
}

cmake --install build/release --prefix "$prefix"
outside_project "$outside" -DCMAKE_PREFIX_PATH="$prefix"
cmake --build "$outside"
[[ $("$outside/engine" --log-level off) == "listening: yes" ]]
"$outside/engine_test"

# All of Roost once more would say nothing new: the project's own file, and that the rest is there.
outside_project "$inside" -DROOST_SOURCE="$PWD"
cmake --build "$inside" --target CMakeFiles/engine.dir/engine.cc.o
! grep -q -e -Werror "$inside/build.ninja" || die "a subdirectory of somebody is built with -Werror"
