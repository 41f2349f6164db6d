#pragma once

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

/// Equal as texts: `0e999` is NaN to Boost.JSON, which equals nothing.
inline bool same(const boost::json::value& a, const boost::json::value& b) {
  return boost::json::serialize(a) == boost::json::serialize(b);
}

/// Both read this text as the same string.
inline void check_string(std::string_view ours, const boost::json::value& theirs) {
  check(theirs.is_string() && std::string_view(theirs.get_string()) == ours, "both readers see the same string");
}

}  // namespace roost::wire::fuzz
