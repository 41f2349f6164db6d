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

bool Ref::assign(const JsonValue& value) {
  if (value.text.size() > kRefBytesMax) return false;
  const char first = value.text.front();
  if (first == '[' || first == '{') {
    text_ = minified(value.text);
  } else if (first == '-' && value.text == "-0") {
    text_ = "0";
  } else if (!value.escaped) {
    text_ = value.text;
  } else {
    text_.clear();
    append_canonical_string(text_, value.text);
  }
  return true;
}

std::optional<Ref> Ref::from_json(const JsonValue& value) {
  Ref ref;
  if (!ref.assign(value)) return std::nullopt;
  return ref;
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
