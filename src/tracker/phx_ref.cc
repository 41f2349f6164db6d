#include "tracker/phx_ref.h"

#include <boost/json.hpp>

namespace roost::tracker {
namespace {

constexpr std::string_view kOpening = R"({"phx_ref":")";

/// Walks over JSON that a parser has found right.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  char peek() {
    while (text_[at_] == ' ' || text_[at_] == '\t' || text_[at_] == '\n' || text_[at_] == '\r') ++at_;
    return text_[at_];
  }
  void skip_char() { ++at_; }
  std::string_view string() {
    peek();
    const std::size_t begin = at_++;
    while (text_[at_] != '"') at_ += text_[at_] == '\\' ? 2 : 1;
    return text_.substr(begin, ++at_ - begin);
  }
  void skip_value() {
    unsigned depth = 0;
    do {
      const char c = peek();
      if (c == '"')
        string();
      else if (c == '{' || c == '[')
        ++depth, ++at_;
      else if (c == '}' || c == ']')
        --depth, ++at_;
      else if (c == ',' || c == ':')
        ++at_;
      else
        skip_literal();
    } while (depth > 0);
  }
  std::size_t at() const { return at_; }

 private:
  void skip_literal() { at_ = text_.find_first_of(",]} \t\n\r", at_); }

  std::string_view text_;
  std::size_t at_ = 0;
};

bool is_ref(std::string_view quoted) {
  const auto name = quoted.substr(1, quoted.size() - 2);
  if (name.find('\\') == name.npos) return name == "phx_ref" || name == "phx_ref_prev";
  const auto unescaped = boost::json::parse(quoted);
  return unescaped.as_string() == "phx_ref" || unescaped.as_string() == "phx_ref_prev";
}

/// The members of an object's text, without those that are refs: `"a":1,"b":2`.
std::string members_of(std::string_view object) {
  std::string members;
  Cursor cursor(object);
  cursor.peek();
  cursor.skip_char();  // {
  while (cursor.peek() != '}') {
    const std::size_t begin = cursor.at();
    const bool dropped = is_ref(cursor.string());
    cursor.peek();
    cursor.skip_char();  // :
    cursor.skip_value();
    if (!dropped) {
      if (!members.empty()) members += ',';
      members += object.substr(begin, cursor.at() - begin);
    }
    if (cursor.peek() == ',') cursor.skip_char();
  }
  return members;
}

/// What lies between the braces, as it is. Only for objects without refs.
std::string_view inside(std::string_view object) {
  object = object.substr(object.find('{') + 1);
  object = object.substr(0, object.rfind('}'));
  const std::size_t first = object.find_first_not_of(" \t\n\r");
  return first == object.npos ? std::string_view{} : object;
}

}  // namespace

std::string make_phx_ref(std::uint64_t origin, std::uint64_t number) {
  constexpr std::string_view kDigits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string ref;
  for (int shift = 18; shift >= 0; shift -= 6) ref += kDigits[origin >> shift & 63];
  int shift = 60;
  while (shift > 0 && number >> shift == 0) shift -= 6;
  for (; shift >= 0; shift -= 6) ref += kDigits[number >> shift & 63];
  return ref;
}

std::expected<SharedBytes, MetaError> with_refs(std::string_view meta, std::string_view phx_ref,
                                                std::string_view previous) {
  boost::json::parse_options options;
  options.max_depth = kMetaDepthMax;
  boost::system::error_code error;
  boost::json::monotonic_resource memory;
  const auto value = boost::json::parse(meta, error, &memory, options);
  if (error) return std::unexpected(MetaError::not_json);
  if (!value.is_object()) return std::unexpected(MetaError::not_an_object);

  const auto& object = value.get_object();
  const bool has_refs = object.contains("phx_ref") || object.contains("phx_ref_prev");
  const std::string without = has_refs ? members_of(meta) : std::string();
  const std::string_view members = has_refs ? std::string_view(without) : inside(meta);

  std::string text;
  text.reserve(kOpening.size() + phx_ref.size() + previous.size() + members.size() + 24);
  text.append(kOpening).append(phx_ref) += '"';
  if (!previous.empty()) text.append(R"(,"phx_ref_prev":")").append(previous) += '"';
  if (!members.empty()) text.append(",").append(members);
  text += '}';
  return SharedBytes::copy(text);
}

std::optional<SharedBytes> with_previous(std::string_view meta, std::string_view previous) {
  constexpr std::string_view kPrevious = R"(","phx_ref_prev":")";
  const std::string_view ref = phx_ref_of(meta);
  if (ref.empty()) return std::nullopt;
  const std::size_t begin = kOpening.size() + ref.size() + kPrevious.size();
  if (!meta.substr(kOpening.size() + ref.size()).starts_with(kPrevious)) return std::nullopt;
  const std::size_t end = meta.find('"', begin);
  if (end == meta.npos) return std::nullopt;
  return SharedBytes::copy(std::string(meta.substr(0, begin)).append(previous).append(meta.substr(end)));
}

std::string_view phx_ref_of(std::string_view meta) {
  if (!meta.starts_with(kOpening)) return {};
  meta.remove_prefix(kOpening.size());
  return meta.substr(0, meta.find('"'));
}

}  // namespace roost::tracker
