#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

namespace roost::wire {

/// Whether a text is known to be UTF-8: the WebSocket layer has looked at text messages already.
enum class Utf8 : bool { check, trusted };

/// Levels of arrays and objects within one value. PROTOCOL F18 asks for 1,000 at least; the scanner keeps a bit a
/// level.
inline constexpr std::size_t kJsonDepthMax = 1024;

/// Why a text is not taken.
enum class JsonError : std::uint8_t {
  syntax,          // not the grammar of RFC 8259, or text behind the value
  utf8,            // bytes that are no UTF-8
  lone_surrogate,  // an escape that is half a character: F16
  number_range,    // a number with point or exponent that no double can hold: F16
  too_deep,        // more than kJsonDepthMax levels
};
/// A phrase for logs and close reasons, safe for strangers.
const char* reason(JsonError error);

/// A validated value: its text as it came, without the whitespace around it.
struct JsonValue {
  std::string_view text;
  bool escaped = false;  // a string that holds a backslash

  bool is_string() const { return text.front() == '"'; }
  /// What lies between the quotes of a string; still escaped.
  std::string_view string_body() const { return text.substr(1, text.size() - 2); }
};

/// Walks over a JSON text in one pass, validates all of it, and hands out the text of values as views.
///
/// The caller takes an outer array or object apart with take() and value(); values are scanned whole, without
/// recursion. Strict RFC 8259: no comments, no trailing commas, no NaN. Integers may have any length, floats may
/// underflow, keys may repeat. After a failure nothing more is taken. Views point into
/// `text`.
class JsonReader {
 public:
  JsonReader(std::string_view text, Utf8 utf8);

  /// Takes `token` (one of []{},:) if it is next, behind whitespace. False, and nothing taken, if it is not.
  bool take(char token) {
    skip_space();
    if (at_ == end_ || *at_ != token) return false;
    ++at_;
    return true;
  }
  /// Takes the next value; nullopt: see error().
  std::optional<JsonValue> value();
  /// Takes the next value if it is a string, such as a key; nullopt: see error().
  std::optional<JsonValue> string();
  /// Whether all was taken but whitespace.
  bool at_end();

  /// What made value() or string() fail; nullopt: they did not.
  std::optional<JsonError> error() const { return error_; }

 private:
  class Levels;

  char peek() const { return at_ == end_ ? '\0' : *at_; }  // a NUL begins nothing, so it may stand for the end
  void skip_space() {
    while (at_ != end_ && static_cast<unsigned char>(*at_) <= ' ' && is_space(*at_)) ++at_;
  }
  static bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
  bool skip_nested();
  bool skip_key(const Levels& levels);
  bool skip_scalar();
  bool skip_string();
  bool skip_escape();
  bool skip_unicode_escape();
  bool skip_number();
  bool skip_digits();
  bool skip_word(std::string_view word);
  bool fail(JsonError error);

  const char* at_;
  const char* end_;
  bool escaped_ = false;  // the string skipped last held a backslash
  std::optional<JsonError> error_;
};

/// The one value that is the whole of `text`, whitespace around it aside.
std::expected<JsonValue, JsonError> scan_json(std::string_view text, Utf8 utf8);

}  // namespace roost::wire
