#include "http/path.h"

#include <algorithm>

namespace roost::http {
namespace {

/// Takes the next segment that is not empty from the front of `path`; "" when there is none.
std::string_view next_segment(std::string_view& path) {
  path.remove_prefix(std::min(path.size(), path.find_first_not_of('/')));
  const auto segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

}  // namespace

auto PathPattern::parse(std::string_view pattern) -> std::expected<PathPattern, Error> {
  PathPattern parsed;
  std::string_view rest = pattern;
  for (auto segment = next_segment(rest); !segment.empty(); segment = next_segment(rest)) {
    const bool variable = segment.starts_with(':');
    if (segment == ":")
      return std::unexpected(Error{"path \"" + std::string(pattern) + "\": a variable without a name"});
    parsed.segments_.push_back({std::string(segment.substr(variable ? 1 : 0)), variable});
  }
  return parsed;
}

auto PathPattern::match(std::string_view path) const -> std::optional<Variables> {
  Variables variables;
  for (const Segment& expected : segments_) {
    const auto segment = next_segment(path);
    if (segment.empty() || (!expected.variable && segment != expected.text)) return std::nullopt;
    if (expected.variable && !expected.text.starts_with('_')) variables.emplace_back(expected.text, segment);
  }
  if (!next_segment(path).empty()) return std::nullopt;
  return variables;
}

}  // namespace roost::http
