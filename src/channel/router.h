#pragma once

#include <string_view>

namespace roost::channel {

/// Whether `topic` fits `pattern`: an exact topic, or a prefix with one `*` at its end (PROTOCOL §5.2, step 1).
constexpr bool topic_fits(std::string_view pattern, std::string_view topic) {
  if (!pattern.ends_with('*')) return pattern == topic;
  pattern.remove_suffix(1);
  return topic.starts_with(pattern);
}

/// Whether the server can have it: no star but one at the end.
constexpr bool valid_pattern(std::string_view pattern) {
  const auto star = pattern.find('*');
  return star == std::string_view::npos || star + 1 == pattern.size();
}

/// The first of `routes` whose pattern fits, or nullptr. Routes: a range of things with a `pattern`.
template <typename Routes>
auto find_route(const Routes& routes, std::string_view topic) -> decltype(&*routes.begin()) {
  for (const auto& route : routes)
    if (topic_fits(route.pattern, topic)) return &route;
  return nullptr;
}

}  // namespace roost::channel
