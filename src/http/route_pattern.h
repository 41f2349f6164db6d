#pragma once

#include <compare>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace roost::http {

/// The segments of a request's path, percent-decoded; empty ones are left out.
struct PathSegments {
  explicit PathSegments(std::string_view path);

  std::vector<std::string> texts;
  /// False: an escape is none, or a segment is not UTF-8. Such a segment is as it was sent; it fits variables alone.
  bool readable = true;
};

/// The path of an application's route, with variables: "/api/rooms/{id}".
class RoutePattern {
 public:
  /// Name and value of each variable, in the order of the pattern.
  using Variables = std::vector<std::pair<std::string_view, std::string>>;

  /// Error: what is wrong with it. It begins with '/'; a variable is a whole segment, its name [A-Za-z_][A-Za-z0-9_]*
  /// and not there twice; other segments are written decoded, without '%', '?', '#', braces, or ':' at the front,
  /// which is how mounts write their variables.
  static auto parse(std::string_view pattern) -> std::expected<RoutePattern, Error>;

  /// The variables when the path fits: as many segments, each equal or taken by a variable. The names are views into
  /// the pattern.
  std::optional<Variables> match(const PathSegments& path) const;

  /// Whether both take the same paths.
  bool same_paths(const RoutePattern& other) const { return order(other) == std::strong_ordering::equal; }
  /// Which one is asked first: from the left, a text is less than a variable.
  std::strong_ordering order(const RoutePattern& other) const;
  /// A path that fits, and that fits another pattern only where that has variables, too.
  std::string example() const;

 private:
  struct Segment {
    bool variable = false;
    std::string text;  // a variable's name, without the braces
  };
  static auto parse_segment(std::string_view text) -> std::expected<Segment, std::string>;

  std::vector<Segment> segments_;
};

}  // namespace roost::http
