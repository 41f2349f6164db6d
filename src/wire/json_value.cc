#include "wire/json_value.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value.hpp>

#include "wire/json_scan.h"

namespace roost::wire {
namespace {

namespace json = boost::json;
using json::error_code;
using json::string_view;

/// Builds the value while the parser walks. What an array or object will hold waits on two stacks, so that it is
/// allocated once, in its size.
struct Builder {
  static constexpr std::size_t max_object_size = -1;
  static constexpr std::size_t max_array_size = -1;
  static constexpr std::size_t max_key_size = -1;
  static constexpr std::size_t max_string_size = -1;

  std::vector<json::value> values;
  std::vector<std::string> keys;
  std::string part;  // of a string, key or number that came in pieces

  bool on_document_begin(error_code&) { return true; }
  bool on_document_end(error_code&) { return true; }
  bool on_object_begin(error_code&) { return true; }
  bool on_object_end(std::size_t count, error_code&) {
    json::object object;
    object.reserve(count);
    const std::size_t value = values.size() - count, key = keys.size() - count;
    for (std::size_t i = 0; i < count; ++i) object.emplace(keys[key + i], std::move(values[value + i]));
    keys.resize(key);
    values.resize(value);
    values.emplace_back(std::move(object));
    return true;
  }
  bool on_array_begin(error_code&) { return true; }
  bool on_array_end(std::size_t count, error_code&) {
    json::array array;
    array.reserve(count);
    const std::size_t value = values.size() - count;
    for (std::size_t i = 0; i < count; ++i) array.push_back(std::move(values[value + i]));
    values.resize(value);
    values.emplace_back(std::move(array));
    return true;
  }
  bool on_key_part(string_view text, std::size_t, error_code&) {
    part += text;
    return true;
  }
  bool on_key(string_view text, std::size_t, error_code&) {
    keys.push_back(std::exchange(part, {}).append(text));
    return true;
  }
  bool on_string_part(string_view text, std::size_t, error_code&) {
    part += text;
    return true;
  }
  bool on_string(string_view text, std::size_t, error_code&) {
    if (part.empty())
      values.emplace_back(text);
    else
      values.emplace_back(std::exchange(part, {}).append(text));
    return true;
  }
  bool on_number_part(string_view, error_code&) { return true; }
  bool on_int64(std::int64_t number, string_view, error_code&) { return add(number); }
  bool on_uint64(std::uint64_t number, string_view, error_code&) { return add(number); }
  // The parser's own number may be one off in the last place. The text is whole: it came in one piece.
  bool on_double(double number, string_view text, error_code& error) {
    std::from_chars(text.data(), text.data() + text.size(), number);  // too small: as it was
    if (!std::isfinite(number)) error = json::error::exponent_overflow;
    return std::isfinite(number) && add(number);
  }
  bool on_bool(bool value, error_code&) { return add(value); }
  bool on_null(error_code&) { return add(nullptr); }
  bool on_comment_part(string_view, error_code&) { return true; }
  bool on_comment(string_view, error_code&) { return true; }

 private:
  template <typename T>
  bool add(T value) {
    values.emplace_back(value);
    return true;
  }
};

}  // namespace

std::optional<json::value> parse_json(std::string_view text) {
  json::parse_options options;
  options.max_depth = kJsonDepthMax;
  json::basic_parser<Builder> parser(options);
  error_code failed;
  const std::size_t taken = parser.write_some(false, text.data(), text.size(), failed);
  if (failed || taken != text.size() || parser.handler().values.size() != 1) return std::nullopt;
  return std::move(parser.handler().values.front());
}

}  // namespace roost::wire
