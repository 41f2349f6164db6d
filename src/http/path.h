#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"

namespace roost::http {

/// The path of a mount, with variables: "/tenant/:tenant/socket/ws/:shard" (PROTOCOL U2).
class PathPattern {
 public:
  /// Name and value of each variable, in the order of the pattern.
  using Variables = std::vector<std::pair<std::string, std::string>>;

  /// Error: names the pattern, when a variable has no name.
  static auto parse(std::string_view pattern) -> std::expected<PathPattern, Error>;

  /// The variables when `path` matches: as many segments, each equal (case counts) or taken by a variable.
  ///
  /// Empty segments count on neither side, so that "/a//b/" matches "/a/b". Values are not percent-decoded. A
  /// variable whose name begins with '_' takes a segment and is not given out.
  std::optional<Variables> match(std::string_view path) const;

 private:
  struct Segment {
    std::string text;  // a variable's name, without the colon
    bool variable = false;
  };
  std::vector<Segment> segments_;
};

}  // namespace roost::http
