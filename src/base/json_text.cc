#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <roost/json.hpp>

#include "base/utf8.h"

namespace roost {
namespace {

// JSON has no word for them, and every client would stumble over the ones that Boost writes.
bool all_finite(const boost::json::value& value) {
  if (value.is_double()) return std::isfinite(value.get_double());
  if (value.is_array()) return std::ranges::all_of(value.get_array(), all_finite);
  if (value.is_object())
    return std::ranges::all_of(value.get_object(), [](const auto& member) { return all_finite(member.value()); });
  return true;
}

}  // namespace

std::string json_text(const boost::json::value& value) {
  if (!all_finite(value)) throw std::invalid_argument("JSON cannot hold NaN or infinity");
  std::string text = boost::json::serialize(value);
  // A browser ends a connection that brings it such a text (RFC 6455 §8.1).
  if (!valid_utf8(text)) throw std::invalid_argument("JSON cannot hold text that is not UTF-8");
  return text;
}

}  // namespace roost
