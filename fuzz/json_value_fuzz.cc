// A text that the scanner takes has a value; the value of its value's text is the same.
#include <cstdint>
#include <cstdlib>

#include <boost/json.hpp>

#include "wire/json_scan.h"
#include "wire/json_value.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace roost::wire;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto value = parse_json(text);
  const auto scanned = scan_json(text, Utf8::check);
  if (scanned && !value && size < 309) std::abort();  // but for an integer of as many digits
  if (!value) return 0;
  const auto again = parse_json(boost::json::serialize(*value));
  if (!again || *again != *value) std::abort();
  return 0;
}
