#include "chat/text.h"

#include <algorithm>

namespace chat {
namespace {

constexpr std::string_view kWhiteSpace = " \t\r\n\v\f";

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

// The letter as a slug has it; 0 for what separates words.
char slug_letter(char c) {
  if (c >= 'A' && c <= 'Z') return static_cast<char>(c - 'A' + 'a');
  const bool kept = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || static_cast<unsigned char>(c) >= 0x80;
  return kept ? c : '\0';
}

}  // namespace

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(kWhiteSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kWhiteSpace) - first + 1);
}

std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return !is_continuation(c); }));
}

std::string slug(std::string_view name) {
  std::string id;
  bool gap = false;  // something was left out since the last letter
  for (const char c : name) {
    const char letter = slug_letter(c);
    if (letter && gap && !id.empty()) id += '-';
    if (letter) id += letter;
    gap = !letter;
  }
  return id;
}

}  // namespace chat
