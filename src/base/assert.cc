#include "base/assert.h"

#include <cstdio>
#include <cstdlib>

namespace roost {

void assertion_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "roost: broken invariant: %s (%s:%d)\n", condition, file, line);
  std::abort();
}

}  // namespace roost
