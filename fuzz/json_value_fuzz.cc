// A text that the scanner takes has a value; the value of its value's text is the same.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <boost/json.hpp>

#include "wire/json_scan.h"
#include "wire/json_value.h"

namespace {

/// Whether there are so many digits in a row that Boost.JSON may call an exponent too long, though the number is zero.
bool has_long_digits(std::string_view text) {
  constexpr std::ptrdiff_t kExponentDigits = 9;
  std::ptrdiff_t longest = 0, now = 0;
  for (const char c : text) longest = std::max(longest, now = c >= '0' && c <= '9' ? now + 1 : 0);
  return longest >= kExponentDigits;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace roost::wire;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto value = parse_json(text);
  const auto scanned = scan_json(text, Utf8::check);
  if (scanned && !value && !has_long_digits(text)) std::abort();
  if (!value) return 0;
  const auto again = parse_json(boost::json::serialize(*value));
  if (!again || *again != *value) std::abort();
  return 0;
}
