#include "wire/json_scan.h"

#include <bitset>
#include <charconv>
#include <system_error>

#include "base/utf8.h"
#include "wire/json_string.h"

namespace roost::wire {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool opens(char c) {
  return c == '[' || c == '{';
}

/// The exponent that `text` writes, "+12" or "-3"; held at a bound that no text can make up for by its digits.
std::int64_t exponent(std::string_view text) {
  constexpr std::int64_t kBound = std::int64_t{1} << 50;
  const bool negative = text.front() == '-';
  std::int64_t value = 0;
  for (const char c : text)
    if (is_digit(c) && value < kBound) value = value * 10 + (c - '0');
  return negative ? -value : value;
}

/// Whether a number with a point or an exponent fits a double. Too near to zero is fine: it is zero then.
bool fits_double(std::string_view number, std::size_t integer_digits, std::int64_t exponent) {
  // It is less than ten to the power of both together, and 1e308 fits.
  if (static_cast<std::int64_t>(integer_digits) + exponent <= 308) return true;
  double value = 0;
  return std::from_chars(number.data(), number.data() + number.size(), value).ec == std::errc{};
}

}  // namespace

const char* reason(JsonError error) {
  switch (error) {
    case JsonError::syntax:
      break;
    case JsonError::utf8:
      return "invalid UTF-8";
    case JsonError::lone_surrogate:
      return "lone surrogate in JSON string";
    case JsonError::number_range:
      return "JSON number out of range";
    case JsonError::too_deep:
      return "JSON nested too deep";
  }
  return "malformed JSON";
}

/// The arrays and objects that are open.
class JsonReader::Levels {
 public:
  bool push(char bracket) {
    if (depth_ == kJsonDepthMax) return false;
    objects_[depth_++] = bracket == '{';
    return true;
  }
  void pop() { --depth_; }
  bool empty() const { return depth_ == 0; }
  bool in_object() const { return objects_[depth_ - 1]; }
  char closer() const { return in_object() ? '}' : ']'; }

 private:
  std::bitset<kJsonDepthMax> objects_;
  std::size_t depth_ = 0;
};

JsonReader::JsonReader(std::string_view text, Utf8 utf8) : at_(text.data()), end_(text.data() + text.size()) {
  if (utf8 == Utf8::check && !valid_utf8(text)) fail(JsonError::utf8);
}

std::optional<JsonValue> JsonReader::value() {
  const char* const begin = skip_space(at_);
  escaped_ = false;
  const char first = peek(begin);
  const char* const end = first == '"' ? skip_string(begin) : opens(first) ? skip_nested(begin) : skip_scalar(begin);
  if (!end) return std::nullopt;
  at_ = end;
  return JsonValue{{begin, end}, escaped_};
}

std::optional<JsonValue> JsonReader::string() {
  at_ = skip_space(at_);
  if (peek(at_) == '"') return value();
  fail(JsonError::syntax);
  return std::nullopt;
}

bool JsonReader::at_end() {
  at_ = skip_space(at_);
  return at_ == end_ && !error_;
}

const char* JsonReader::fail(JsonError error) {
  if (!error_) error_ = error;
  at_ = end_;
  return nullptr;
}

const char* JsonReader::skip_nested(const char* at) {
  Levels levels;
  for (;;) {
    // A value begins here.
    if (opens(peek(at))) {
      if (!levels.push(*at)) return fail(JsonError::too_deep);
      at = skip_space(at + 1);
      if (peek(at) != levels.closer()) {
        if (!(at = skip_key(at, levels))) return nullptr;
        continue;
      }
    } else if (!(at = skip_scalar(at))) {
      return nullptr;
    }
    // A value ended, or an empty container is about to: close what closes here, then the next value follows a comma.
    for (at = skip_space(at); peek(at) == levels.closer(); at = skip_space(at)) {
      ++at;
      levels.pop();
      if (levels.empty()) return at;
    }
    if (peek(at) != ',') return fail(JsonError::syntax);
    if (!(at = skip_key(skip_space(at + 1), levels))) return nullptr;
  }
}

/// Skips what stands before a value: a key and a colon in an object, nothing in an array.
const char* JsonReader::skip_key(const char* at, const Levels& levels) {
  if (!levels.in_object()) return at;
  if (!(at = skip_string(at))) return nullptr;
  at = skip_space(at);
  if (peek(at) != ':') return fail(JsonError::syntax);
  return skip_space(at + 1);
}

const char* JsonReader::skip_scalar(const char* at) {
  switch (peek(at)) {
    case '"':
      return skip_string(at);
    case 't':
      return skip_word(at, "true");
    case 'f':
      return skip_word(at, "false");
    case 'n':
      return skip_word(at, "null");
    default:
      return skip_number(at);
  }
}

const char* JsonReader::skip_word(const char* at, std::string_view word) {
  return std::string_view(at, end_).starts_with(word) ? at + word.size() : fail(JsonError::syntax);
}

const char* JsonReader::skip_string(const char* at) {
  if (peek(at) != '"') return fail(JsonError::syntax);
  ++at;
  for (;;) {
    at = skip_plain(at, end_);
    if (peek(at) == '"') return at + 1;
    if (peek(at) != '\\') return fail(JsonError::syntax);  // a control character, or the end
    escaped_ = true;
    if (!(at = skip_escape(at + 1))) return nullptr;
  }
}

/// `at`: behind the backslash.
const char* JsonReader::skip_escape(const char* at) {
  switch (peek(at)) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
      return at + 1;
    case 'u':
      return skip_unicode_escape(at);
    default:
      return fail(JsonError::syntax);
  }
}

/// `at`: at the u.
const char* JsonReader::skip_unicode_escape(const char* at) {
  const int unit = end_ - at >= 5 ? hex4(at + 1) : -1;
  if (unit < 0) return fail(JsonError::syntax);
  at += 5;
  if (unit < 0xd800 || unit > 0xdfff) return at;
  if (unit > 0xdbff || !std::string_view(at, end_).starts_with("\\u")) return fail(JsonError::lone_surrogate);
  const int low = end_ - at >= 6 ? hex4(at + 2) : -1;
  if (low < 0) return fail(JsonError::syntax);
  if (low < 0xdc00 || low > 0xdfff) return fail(JsonError::lone_surrogate);
  return at + 6;
}

const char* JsonReader::skip_number(const char* at) {
  const char* const begin = at;
  if (peek(at) == '-') ++at;
  const char* const integer = at;
  at = peek(at) == '0' ? at + 1 : skip_digits(at);
  if (!at) return nullptr;
  const auto integer_digits = static_cast<std::size_t>(at - integer);
  const char* const integer_end = at;
  if (peek(at) == '.' && !(at = skip_digits(at + 1))) return nullptr;
  std::int64_t power = 0;
  if (peek(at) == 'e' || peek(at) == 'E') {
    const char* const sign = ++at;
    if (peek(at) == '+' || peek(at) == '-') ++at;
    if (!(at = skip_digits(at))) return nullptr;
    power = exponent({sign, at});
  }
  if (at != integer_end && !fits_double({begin, at}, integer_digits, power)) return fail(JsonError::number_range);
  return at;
}

const char* JsonReader::skip_digits(const char* at) {
  if (!is_digit(peek(at))) return fail(JsonError::syntax);
  while (is_digit(peek(at))) ++at;
  return at;
}

std::expected<JsonValue, JsonError> scan_json(std::string_view text, Utf8 utf8) {
  JsonReader reader(text, utf8);
  const auto value = reader.value();
  if (!value || !reader.at_end()) return std::unexpected(reader.error().value_or(JsonError::syntax));
  return *value;
}

}  // namespace roost::wire
