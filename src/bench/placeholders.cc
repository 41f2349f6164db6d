#include "bench/placeholders.h"

namespace roost::bench {
namespace {

constexpr std::string_view kClient = "{client}";
constexpr std::string_view kTopic = "{topic}";
constexpr std::string_view kNumber = "{number}";

void replace_all(std::string& text, std::string_view what, const std::string& by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
}

}  // namespace

std::string fill_in(std::string_view text, std::size_t client, std::size_t topic) {
  std::string filled(text);
  replace_all(filled, kClient, std::to_string(client));
  replace_all(filled, kTopic, std::to_string(topic));
  return filled;
}

std::string fill_in_number(std::string_view text, std::uint64_t number) {
  std::string filled(text);
  replace_all(filled, kNumber, std::to_string(number));
  return filled;
}

bool has_placeholders(std::string_view text) {
  return text.find(kClient) != std::string_view::npos || text.find(kTopic) != std::string_view::npos;
}

}  // namespace roost::bench
