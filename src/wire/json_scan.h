#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
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
    at_ = skip_space(at_);
    if (peek(at_) != token) return false;
    ++at_;
    return true;
  }
  /// Takes the next value; nullopt: see error().
  std::optional<JsonValue> value();
  /// Takes the next value if it is an array, and gives its first elements. False: it is none, or has fewer, or see
  /// error().
  bool array(std::span<JsonValue> first);
  /// Takes the next value if it is a string, such as a key; nullopt: see error().
  std::optional<JsonValue> string();
  /// Whether all was taken but whitespace.
  bool at_end();

  /// What made value() or string() fail; nullopt: they did not.
  std::optional<JsonError> error() const { return error_; }

 private:
  class Levels;

  // The scanners take where something begins, and return where it ends; nullptr: fail() has been told. What is behind
  // the text reads as a NUL, which begins nothing.
  char peek(const char* at) const { return at == end_ ? '\0' : *at; }
  const char* skip_space(const char* at) const {
    while (at != end_ && static_cast<unsigned char>(*at) <= ' ' && is_space(*at)) ++at;
    return at;
  }
  static bool is_space(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }
  bool take_value(JsonValue& value);
  const char* skip_nested(const char* at);
  const char* skip_key(const char* at, const Levels& levels);
  const char* skip_scalar(const char* at);
  const char* skip_string(const char* at);
  const char* skip_escaped(const char* at);
  const char* skip_escape(const char* at);
  const char* skip_unicode_escape(const char* at);
  const char* skip_number(const char* at);
  const char* skip_fraction(const char* begin, const char* integer, const char* at);
  const char* skip_digits(const char* at);
  const char* skip_word(const char* at, std::string_view word);
  const char* fail(JsonError error);
  void make_index();
  /// The first byte from `at` on that a string cannot hold as it is, or the end.
  const char* skip_plain(const char* at) const;

  // Where the first bytes of the text are that a string cannot hold as they are: bit n of word m is byte 64 m + n. A
  // message has many short strings: to look at all of it once costs less than to begin anew for each of them, and reads
  // it in the sixteen bytes in which it was just unmasked (ws/mask.cc), which a processor hands on at once.
  static constexpr std::size_t kIndexMax = 512;
  std::array<std::uint64_t, kIndexMax / 64> index_;  // as many as `indexed_` says
  std::size_t indexed_ = 0;                          // bytes

  const char* begin_;
  const char* at_;
  const char* end_;
  bool escaped_ = false;  // the string skipped last held a backslash
  std::optional<JsonError> error_;
};

/// The one value that is the whole of `text`, whitespace around it aside.
std::expected<JsonValue, JsonError> scan_json(std::string_view text, Utf8 utf8);

}  // namespace roost::wire
