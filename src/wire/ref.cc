#include "wire/ref.h"

#include "wire/json_string.h"

namespace roost::wire {
namespace {

/// Appends the string whose text, quotes included, is `quoted`, in the one spelling that append_json_string() has.
void append_canonical_string(std::string& out, std::string_view quoted) {
  std::string text;
  append_unescaped(text, quoted.substr(1, quoted.size() - 2));
  append_json_string(out, text);
}

/// The end of the valid JSON string that begins at `begin`.
std::size_t string_end(std::string_view json, std::size_t begin) {
  std::size_t at = begin + 1;
  while (json[at] != '"') at += json[at] == '\\' ? 2 : 1;
  return at + 1;
}

std::string minified(std::string_view json) {
  std::string out;
  for (std::size_t at = 0; at < json.size();) {
    if (json[at] == '"') {
      const std::size_t end = string_end(json, at);
      append_canonical_string(out, json.substr(at, end - at));
      at = end;
    } else {
      if (static_cast<unsigned char>(json[at]) > ' ') out += json[at];
      ++at;
    }
  }
  return out;
}

}  // namespace

std::optional<Ref> Ref::from_json(const JsonValue& value) {
  if (value.text.size() > kRefBytesMax) return std::nullopt;
  const char first = value.text.front();
  if (first == '[' || first == '{') return Ref(minified(value.text));
  if (value.text == "-0") return Ref("0");
  if (!value.escaped) return Ref(std::string(value.text));
  std::string text;
  append_canonical_string(text, value.text);
  return Ref(std::move(text));
}

Ref Ref::from_binary(std::string_view bytes) {
  std::string text;
  append_json_string(text, bytes);
  return Ref(std::move(text));
}

std::optional<std::string> Ref::string_bytes() const {
  const char first = text_.front();
  if (first == '[' || first == '{') return std::nullopt;
  if (is_null()) return std::string();
  if (first != '"') return text_;
  std::string bytes;
  append_unescaped(bytes, std::string_view(text_).substr(1, text_.size() - 2));
  return bytes;
}

}  // namespace roost::wire
