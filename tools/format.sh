# ./dev format: clang-format over all C++ sources.
set -euo pipefail
source tools/lib.sh

tracked '*.cc' '*.h' '*.hpp' | xargs clang-format -i
