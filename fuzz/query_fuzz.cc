// What decode_query gives is UTF-8, and putting it into a query again changes nothing.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

#include "base/assert.h"
#include "base/utf8.h"
#include "http/query.h"

namespace {

namespace json = boost::json;
using roost::http::decode_query;

std::string escape(std::string_view text) {
  ROOST_ASSERT(roost::valid_utf8(text));
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) out += {'%', kHex[static_cast<unsigned char>(c) >> 4], kHex[c & 15]};
  return out;
}

/// False when the value has no query of its own: an array whose elements are not all texts cannot be told from another.
bool encode(std::string& out, const std::string& key, const json::value& value) {
  if (const auto* text = value.if_string()) {
    out += key + '=' + escape({text->data(), text->size()}) + '&';
    return true;
  }
  if (const auto* array = value.if_array()) {
    for (const json::value& element : *array)
      if (!element.is_string() || !encode(out, key + "[]", element)) return false;
    return true;
  }
  for (const auto& [name, below] : value.as_object()) {
    const std::string_view text(name.data(), name.size());
    if (text.empty() || text.find("][") != text.npos || text.ends_with(']') || text.starts_with('[')) return false;
    if (!encode(out, key + '[' + escape(text) + ']', below)) return false;
  }
  return true;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto decoded = decode_query({reinterpret_cast<const char*>(data), size});
  if (!decoded) return 0;
  std::string query;
  for (const auto& [name, value] : *decoded) {
    const std::string_view text(name.data(), name.size());
    if (text.empty() || text.find('[') != text.npos) return 0;
    if (!encode(query, escape(text), value)) return 0;
  }
  if (query.size() > roost::http::kQueryBytesMax) return 0;
  const auto again = decode_query(query);
  ROOST_ASSERT(again && *again == *decoded);
  return 0;
}
