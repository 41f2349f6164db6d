#include "broker/subject.h"

#include <algorithm>
#include <array>
#include <cstdio>

#include "base/hash.h"

namespace roost::broker {
namespace {

constexpr std::size_t kPrefixBytesMax = 100;

bool alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool plain(char c) {
  return alphanumeric(c) || std::string_view("-_:/@+=,;!~()[]{}'\"^`|&$#?").find(c) != std::string_view::npos;
}

}  // namespace

std::string subject_token(std::string_view text) {
  if (text.empty()) return "%";
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string token;
  for (const char c : text) {
    if (plain(c)) {
      token += c;
    } else {
      token += '%';
      token += kHex[static_cast<unsigned char>(c) >> 4];
      token += kHex[static_cast<unsigned char>(c) & 15];
    }
    if (token.size() <= kTokenBytesMax) continue;
    std::array<char, 24> hash;
    std::snprintf(hash.data(), hash.size(), "%%h%016llx", static_cast<unsigned long long>(stable_hash(text)));
    return hash.data();
  }
  return token;
}

std::string Subjects::below(std::string_view branch, std::string_view text) const {
  return (prefix_ + std::string(branch)) += subject_token(text);
}

bool valid_prefix(std::string_view prefix) {
  if (prefix.empty() || prefix.size() > kPrefixBytesMax) return false;
  if (prefix.front() == '.' || prefix.back() == '.' || prefix.find("..") != std::string_view::npos) return false;
  return std::ranges::all_of(prefix, [](char c) { return alphanumeric(c) || c == '-' || c == '_' || c == '.'; });
}

}  // namespace roost::broker
