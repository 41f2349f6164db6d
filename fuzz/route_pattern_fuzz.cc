// Whatever pattern and path are: a pattern that is taken fits its own example and has an order with itself; what a path
// fits is given out as UTF-8 if the path is readable. The input is a pattern, a line feed, a path.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/assert.h"
#include "base/utf8.h"
#include "http/route_pattern.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace roost::http;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const std::size_t mark = input.find('\n');
  const PathSegments path(mark == input.npos ? "" : input.substr(mark + 1));
  if (path.readable)
    for (const auto& text : path.texts) ROOST_ASSERT(roost::valid_utf8(text));
  const auto pattern = RoutePattern::parse(input.substr(0, mark));
  if (!pattern) return 0;
  ROOST_ASSERT(pattern->same_paths(*pattern));
  ROOST_ASSERT(pattern->match(PathSegments(pattern->example())));
  if (const auto variables = pattern->match(path))
    for (const auto& [name, value] : *variables) ROOST_ASSERT(!name.empty() && !value.empty());
  return 0;
}
