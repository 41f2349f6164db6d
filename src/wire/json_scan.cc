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
  skip_space();
  escaped_ = false;
  const char* const begin = at_;
  if (!(opens(peek()) ? skip_nested() : skip_scalar())) return std::nullopt;
  return JsonValue{{begin, at_}, escaped_};
}

std::optional<JsonValue> JsonReader::string() {
  skip_space();
  if (peek() == '"') return value();
  fail(JsonError::syntax);
  return std::nullopt;
}

bool JsonReader::at_end() {
  skip_space();
  return at_ == end_ && !error_;
}

bool JsonReader::fail(JsonError error) {
  if (!error_) error_ = error;
  at_ = end_;
  return false;
}

bool JsonReader::skip_nested() {
  Levels levels;
  for (;;) {
    // A value begins here.
    if (opens(peek())) {
      if (!levels.push(*at_++)) return fail(JsonError::too_deep);
      skip_space();
      if (peek() != levels.closer()) {
        if (!skip_key(levels)) return false;
        continue;
      }
    } else if (!skip_scalar()) {
      return false;
    }
    // A value ended, or an empty container is about to: close what closes here, then the next value follows a comma.
    for (skip_space(); peek() == levels.closer(); skip_space()) {
      ++at_;
      levels.pop();
      if (levels.empty()) return true;
    }
    if (!take(',')) return fail(JsonError::syntax);
    if (!skip_key(levels)) return false;
  }
}

/// Skips what stands before a value: a key and a colon in an object, nothing in an array.
bool JsonReader::skip_key(const Levels& levels) {
  skip_space();
  if (!levels.in_object()) return true;
  if (!skip_string()) return false;
  if (!take(':')) return fail(JsonError::syntax);
  skip_space();
  return true;
}

bool JsonReader::skip_scalar() {
  switch (peek()) {
    case '"':
      return skip_string();
    case 't':
      return skip_word("true");
    case 'f':
      return skip_word("false");
    case 'n':
      return skip_word("null");
    default:
      return skip_number();
  }
}

bool JsonReader::skip_word(std::string_view word) {
  if (!std::string_view(at_, end_).starts_with(word)) return fail(JsonError::syntax);
  at_ += word.size();
  return true;
}

bool JsonReader::skip_string() {
  if (peek() != '"') return fail(JsonError::syntax);
  ++at_;
  for (;;) {
    at_ = skip_plain(at_, end_);
    if (peek() == '"') break;
    if (peek() != '\\') return fail(JsonError::syntax);  // a control character, or the end
    escaped_ = true;
    if (!skip_escape()) return false;
  }
  ++at_;
  return true;
}

bool JsonReader::skip_escape() {
  ++at_;
  switch (peek()) {
    case '"':
    case '\\':
    case '/':
    case 'b':
    case 'f':
    case 'n':
    case 'r':
    case 't':
      ++at_;
      return true;
    case 'u':
      return skip_unicode_escape();
    default:
      return fail(JsonError::syntax);
  }
}

bool JsonReader::skip_unicode_escape() {
  const int unit = end_ - at_ >= 5 ? hex4(at_ + 1) : -1;
  if (unit < 0) return fail(JsonError::syntax);
  at_ += 5;
  if (unit < 0xd800 || unit > 0xdfff) return true;
  if (unit > 0xdbff || !std::string_view(at_, end_).starts_with("\\u")) return fail(JsonError::lone_surrogate);
  const int low = end_ - at_ >= 6 ? hex4(at_ + 2) : -1;
  if (low < 0) return fail(JsonError::syntax);
  if (low < 0xdc00 || low > 0xdfff) return fail(JsonError::lone_surrogate);
  at_ += 6;
  return true;
}

bool JsonReader::skip_number() {
  const char* const begin = at_;
  if (peek() == '-') ++at_;
  const char* const integer = at_;
  if (peek() == '0')
    ++at_;
  else if (!skip_digits())
    return false;
  const auto integer_digits = static_cast<std::size_t>(at_ - integer);
  const char* const integer_end = at_;
  if (peek() == '.') {
    ++at_;
    if (!skip_digits()) return false;
  }
  std::int64_t power = 0;
  if (peek() == 'e' || peek() == 'E') {
    const char* const sign = ++at_;
    if (peek() == '+' || peek() == '-') ++at_;
    if (!skip_digits()) return false;
    power = exponent({sign, at_});
  }
  if (at_ != integer_end && !fits_double({begin, at_}, integer_digits, power)) return fail(JsonError::number_range);
  return true;
}

bool JsonReader::skip_digits() {
  if (!is_digit(peek())) return fail(JsonError::syntax);
  while (is_digit(peek())) ++at_;
  return true;
}

std::expected<JsonValue, JsonError> scan_json(std::string_view text, Utf8 utf8) {
  JsonReader reader(text, utf8);
  const auto value = reader.value();
  if (!value || !reader.at_end()) return std::unexpected(reader.error().value_or(JsonError::syntax));
  return *value;
}

}  // namespace roost::wire
