#pragma once

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <boost/json.hpp>

#include "wire/json_scan.h"

// Another reader of JSON, to be asked whether it sees what our scanner sees.
namespace roost::wire::fuzz {

/// Stops the fuzzer with this input.
inline void check(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

/// What Boost.JSON makes of a text.
struct Oracle {
  boost::system::error_code error;
  boost::json::value value;

  explicit Oracle(std::string_view text) {
    boost::json::parse_options options;
    options.max_depth = kJsonDepthMax + 1;  // the envelope, and the values within
    value = boost::json::parse(text, error, {}, options);
  }

  /// Errors that it does not have in common with us: its own limits (depth is counted otherwise, exponents overflow
  /// whatever the digits are).
  bool own_limit() const {
    using boost::json::error;
    return this->error == error::too_deep || this->error == error::exponent_overflow;
  }
};

/// Both take the text, or both refuse it.
inline void check_verdict(const std::expected<JsonValue, JsonError>& ours, const Oracle& oracle) {
  if (oracle.own_limit()) return;
  if (!ours && (ours.error() == JsonError::number_range || ours.error() == JsonError::too_deep)) return;
  check(ours.has_value() == !oracle.error, "both readers take a text or refuse it");
}

inline bool same(double a, double b) {
  if (a == b || (std::isnan(a) && std::isnan(b))) return true;
  return std::abs(a - b) <= 1e-14 * std::max(std::abs(a), std::abs(b));
}

/// Equal but for the last digits of doubles, which Boost.JSON reads in one way or another by what follows; `0e999` is
/// NaN to it, and equals NaN here.
inline bool same(const boost::json::value& a, const boost::json::value& b) {
  if (a.is_double() && b.is_double()) return same(a.get_double(), b.get_double());
  if (a.is_array() && b.is_array())
    return std::ranges::equal(a.get_array(), b.get_array(), [](const auto& x, const auto& y) { return same(x, y); });
  if (!a.is_object() || !b.is_object()) return a == b;
  return std::ranges::equal(a.get_object(), b.get_object(), [](const auto& x, const auto& y) {
    return x.key() == y.key() && same(x.value(), y.value());
  });
}

/// Both read this text as the same string.
inline void check_string(std::string_view ours, const boost::json::value& theirs) {
  check(theirs.is_string() && std::string_view(theirs.get_string()) == ours, "both readers see the same string");
}

}  // namespace roost::wire::fuzz
