#include "broker/trouble.h"

namespace roost::broker {
namespace {

// Whatever lies behind the first `mark`; nullopt: it is not there.
std::optional<std::string_view> behind(std::string_view text, std::string_view mark) {
  const auto at = text.find(mark);
  if (at == std::string_view::npos) return std::nullopt;
  return text.substr(at + mark.size());
}

}  // namespace

std::optional<Denial> parse_denial(std::string_view text) {
  for (const bool publish : {true, false}) {
    const auto subject = behind(
        text, publish ? "Permissions Violation for Publish to \"" : "Permissions Violation for Subscription to \"");
    if (subject) return Denial{publish, subject->substr(0, subject->find('"'))};
  }
  return std::nullopt;
}

std::string_view server_of_url(std::string_view url) {
  if (const auto rest = behind(url, "://")) url = *rest;
  return url.substr(url.rfind('@') + 1);  // npos + 1 is 0
}

std::string_view without_place(std::string_view text) {
  if (!text.starts_with('(')) return text;
  return behind(text, "): ").value_or(text);
}

}  // namespace roost::broker
