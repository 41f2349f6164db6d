#include "wire/json_scan.h"

#include <algorithm>
#include <array>
#include <bit>
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

/// The arrays and objects that are open, by what closes them.
class JsonReader::Levels {
 public:
  bool push(char bracket) {
    static_assert('[' + 2 == ']' && '{' + 2 == '}');
    if (depth_ == kJsonDepthMax) return false;
    closers_[depth_++] = static_cast<char>(bracket + 2);
    return true;
  }
  void pop() { --depth_; }
  bool empty() const { return depth_ == 0; }
  char closer() const { return closers_[depth_ - 1]; }
  bool in_object() const { return closer() == '}'; }

 private:
  std::array<char, kJsonDepthMax> closers_;  // so many as there are levels
  std::size_t depth_ = 0;
};

JsonReader::JsonReader(std::string_view text, Utf8 utf8)
    : begin_(text.data()), at_(begin_), end_(begin_ + text.size()) {
  make_index();
  if (utf8 == Utf8::check && !valid_utf8(text)) fail(JsonError::utf8);
}

inline void JsonReader::make_index() {
#ifdef __SSE2__
  const std::size_t bytes = std::min<std::size_t>(static_cast<std::size_t>(end_ - begin_), kIndexMax);
  if (bytes < 16) return;
  std::size_t at = 0;
  for (; at + 64 <= bytes; at += 64) index_[at / 64] = special_bytes_of_64(begin_ + at);
  if (at < bytes) {
    index_[at / 64] = 0;
    for (; at + 16 <= bytes; at += 16) index_[at / 64] |= std::uint64_t{special_bytes(begin_ + at)} << at % 64;
  }
  if (at < bytes) {  // the last ones, with some before them that are marked already
    at = bytes - 16;
    const std::uint64_t last = special_bytes(begin_ + at);
    if (at % 64 > 48) index_[at / 64 + 1] |= last >> (64 - at % 64);
    index_[at / 64] |= last << at % 64;
  }
  indexed_ = bytes;
#endif
}

inline const char* JsonReader::skip_plain(const char* at) const {
  std::size_t offset = static_cast<std::size_t>(at - begin_);
  if (offset >= indexed_) return wire::skip_plain(begin_, at, end_);
  if (const std::uint64_t found = index_[offset / 64] >> offset % 64; found != 0) return at + std::countr_zero(found);
  for (offset = (offset | 63) + 1; offset < indexed_; offset += 64)
    if (const std::uint64_t found = index_[offset / 64]; found != 0) return begin_ + offset + std::countr_zero(found);
  return wire::skip_plain(begin_, begin_ + indexed_, end_);
}

// What follows is what every message goes through: it is laid out so that a compiler puts it all in one place, without
// calls but for what is rare or long.

inline const char* JsonReader::skip_string(const char* at) {
  if (peek(at) != '"') return fail(JsonError::syntax);
  at = skip_plain(at + 1);
  return peek(at) == '"' ? at + 1 : skip_escaped(at);
}

inline const char* JsonReader::skip_number(const char* at) {
  const char* const begin = at;
  if (peek(at) == '-') ++at;
  const char* const integer = at;
  at = peek(at) == '0' ? at + 1 : skip_digits(at);
  if (!at) return nullptr;
  const char next = peek(at);
  return next == '.' || next == 'e' || next == 'E' ? skip_fraction(begin, integer, at) : at;
}

inline const char* JsonReader::skip_digits(const char* at) {
  if (!is_digit(peek(at))) return fail(JsonError::syntax);
  do ++at;
  while (is_digit(peek(at)));
  return at;
}

inline bool JsonReader::take_value(JsonValue& value) {
  const char* const begin = skip_space(at_);
  escaped_ = false;
  const char first = peek(begin);
  const char* const end = first == '"' ? skip_string(begin) : opens(first) ? skip_nested(begin) : skip_scalar(begin);
  if (!end) return false;
  at_ = end;
  value = {{begin, end}, escaped_};
  return true;
}

std::optional<JsonValue> JsonReader::value() {
  JsonValue value;
  return take_value(value) ? std::optional(value) : std::nullopt;
}

bool JsonReader::array(std::span<JsonValue> first) {
  if (!take('[')) return false;
  for (JsonValue& element : first)
    if ((&element != first.data() && !take(',')) || !take_value(element)) return false;
  for (JsonValue more; take(',');)
    if (!take_value(more)) return false;
  return take(']');
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
inline const char* JsonReader::skip_key(const char* at, const Levels& levels) {
  if (!levels.in_object()) return at;
  if (!(at = skip_string(at))) return nullptr;
  at = skip_space(at);
  if (peek(at) != ':') return fail(JsonError::syntax);
  return skip_space(at + 1);
}

inline const char* JsonReader::skip_scalar(const char* at) {
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

/// The rest of a string, from the first byte on that it cannot hold as it is.
const char* JsonReader::skip_escaped(const char* at) {
  while (peek(at) != '"') {
    if (peek(at) != '\\') return fail(JsonError::syntax);  // a control character, or the end
    escaped_ = true;
    if (!(at = skip_escape(at + 1))) return nullptr;
    at = skip_plain(at);
  }
  return at + 1;
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

/// The rest of a number that has more than digits, which end at `at`.
const char* JsonReader::skip_fraction(const char* begin, const char* integer, const char* at) {
  const auto integer_digits = static_cast<std::size_t>(at - integer);
  if (peek(at) == '.' && !(at = skip_digits(at + 1))) return nullptr;
  std::int64_t power = 0;
  if (peek(at) == 'e' || peek(at) == 'E') {
    const char* const sign = ++at;
    if (peek(at) == '+' || peek(at) == '-') ++at;
    if (!(at = skip_digits(at))) return nullptr;
    power = exponent({sign, at});
  }
  return fits_double({begin, at}, integer_digits, power) ? at : fail(JsonError::number_range);
}

std::expected<JsonValue, JsonError> scan_json(std::string_view text, Utf8 utf8) {
  JsonReader reader(text, utf8);
  const auto value = reader.value();
  if (!value || !reader.at_end()) return std::unexpected(reader.error().value_or(JsonError::syntax));
  return *value;
}

}  // namespace roost::wire
