#include "http/forwarded_elements.h"

#include <algorithm>
#include <optional>

#include "http/text.h"

namespace roost::http {
namespace {

/// Reads one line:
///
///   line    = element *( "," element )
///   element = [ pair ] *( ";" [ pair ] )
///   pair    = token "=" ( token / quoted-string )       with optional whitespace around each pair
class LineReader {
 public:
  explicit LineReader(std::string_view line) : rest_(line) {}

  /// Whether no element is left; takes empty ones, which say nothing (RFC 9110 §5.6.1).
  bool at_end_of_line() {
    while (take(' ') || take('\t') || take(',')) {
    }
    return at_end();
  }

  /// Takes an element and the comma behind it. False: it breaks the grammar.
  bool take_element(ForwardedElement& element) {
    for (;;) {
      skip_space();
      if (!at_end() && rest_.front() != ';' && rest_.front() != ',' && !take_pair(element)) return false;
      skip_space();
      if (at_end() || take(',')) return true;
      if (!take(';')) return false;
    }
  }

 private:
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool at_end() const { return rest_.empty(); }
  void skip_space() {
    while (take(' ') || take('\t')) {
    }
  }

  bool take_pair(ForwardedElement& element) {
    const std::size_t equals = rest_.find('=');
    if (equals == std::string_view::npos || !is_token(rest_.substr(0, equals))) return false;
    const std::string_view name = rest_.substr(0, equals);
    rest_.remove_prefix(equals + 1);
    auto value = rest_.starts_with('"') ? take_quoted() : take_plain();
    if (!value || value->empty()) return false;
    std::string* const part = part_named(element, name);
    if (!part) return true;            // by=, and extensions
    if (!part->empty()) return false;  // each at most once: RFC 7239 §4
    *part = std::move(*value);
    return true;
  }

  static std::string* part_named(ForwardedElement& element, std::string_view name) {
    if (iequals(name, "for")) return &element.node;
    if (iequals(name, "proto")) return &element.proto;
    if (iequals(name, "host")) return &element.host;
    return nullptr;
  }

  std::optional<std::string> take_plain() {
    const std::size_t size = std::min(rest_.find_first_of(",; \t\"\\"), rest_.size());
    std::string value(rest_.substr(0, size));
    rest_.remove_prefix(size);
    return value;
  }

  std::optional<std::string> take_quoted() {
    std::string value;
    rest_.remove_prefix(1);
    while (!at_end()) {
      if (take('"')) return value;
      if (take('\\') && at_end()) return std::nullopt;
      value += rest_.front();
      rest_.remove_prefix(1);
    }
    return std::nullopt;
  }

  std::string_view rest_;
};

}  // namespace

std::vector<ForwardedElement> parse_forwarded(const std::vector<std::string_view>& lines) {
  std::vector<ForwardedElement> elements;
  for (const std::string_view line : lines) {
    LineReader reader(line);
    bool valid = true;
    while (valid && !reader.at_end_of_line()) {
      ForwardedElement element;
      valid = reader.take_element(element);
      elements.push_back(valid ? std::move(element) : ForwardedElement());
    }
  }
  return elements;
}

}  // namespace roost::http
