#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace roost::http {

/// What one proxy says of who spoke to it (RFC 7239 §4); "": it does not say.
struct ForwardedElement {
  std::string node;   // for=: unquoted, with brackets and port
  std::string proto;  // proto=
  std::string host;   // host=

  friend bool operator==(const ForwardedElement&, const ForwardedElement&) = default;
};

/// The elements of all Forwarded headers, in order. Takes values that should be quoted, as `for=[::1]:80`. From the
/// first error in a line on, the rest of that line is one element that says nothing: what a client left open there must
/// not swallow half of what a proxy wrote behind it.
std::vector<ForwardedElement> parse_forwarded(const std::vector<std::string_view>& lines);

}  // namespace roost::http
