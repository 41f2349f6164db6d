#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/short_text.h"
#include "wire/json_scan.h"

namespace roost::wire {

/// Bytes of a ref's JSON text. Phoenix has no limit; clients count in decimals. A channel keeps its join_ref as long as
/// it lives, so a peer must not choose how much that is.
inline constexpr std::size_t kRefBytesMax = 64 * 1024;

/// A ref or join_ref: any JSON value that the client chose, echoed with the type it came with (PROTOCOL F6).
///
/// Holds canonical JSON text, so that equality of texts is the strict equality of Elixir where clients can notice:
/// `"a"` is `"\u0061"`, but `1`, `1.0` and `"1"` are three refs. Strings are unescaped and escaped again, whitespace
/// within arrays and objects goes, `-0` is 0. Two spellings of one float (`1.0`, `1.00`) stay two refs, unlike in
/// Elixir.
class Ref {
 public:
  /// null.
  Ref() : text_("null") {}

  /// The ref that a value of a text frame stands for. nullopt: more than kRefBytesMax bytes.
  static std::optional<Ref> from_json(const JsonValue& value);
  /// The same for a Ref that is there. False: it stays as it is.
  bool assign(const JsonValue& value);
  /// false.
  static Ref no() { return Ref("false"); }
  /// The ref of a binary frame: always a string, also when it is empty (F12). `bytes` must be UTF-8.
  static Ref from_binary(std::string_view bytes);

  /// JSON text. Valid as long as this object.
  std::string_view text() const { return text_; }
  bool is_null() const { return text_ == "null"; }
  /// null or false: a join_ref for which a channel takes the ref of its join (§5.2, rule 3).
  bool is_falsy() const { return is_null() || text_ == "false"; }

  /// What a binary frame writes for it (F12): the text of a string, nothing for null, the digits of a number, the word
  /// of a boolean. nullopt: an array or object, which a binary frame cannot carry.
  std::optional<std::string> string_bytes() const;

  friend bool operator==(const Ref& a, const Ref& b) { return same_text(a.text_, b.text_); }

 private:
  explicit Ref(std::string text) : text_(std::move(text)) {}

  std::string text_;  // fits into the object itself for refs of up to 13 digits
};

}  // namespace roost::wire
