#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace roost::token::testing {

/// The bytes of "83 68 03": spaces are passed over.
inline std::string unhex(std::string_view text) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string bytes;
  int high = -1;
  for (const char c : text) {
    if (c == ' ') continue;
    if (high < 0) {
      high = digit(c);
    } else {
      bytes += static_cast<char>(high << 4 | digit(c));
      high = -1;
    }
  }
  return bytes;
}

inline std::string hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    text += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
    text += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

/// The secret, the salt and the time of all vectors in PROTOCOL §12.
inline const std::string kSecretKeyBase = "abcdefghabcdefghabcdefghabcdefghabcdefghabcdefghabcdefghabcdefgh";
inline constexpr std::string_view kSalt = "user auth";
inline constexpr std::chrono::system_clock::time_point kSignedAt{std::chrono::seconds(1'700'000'000)};

}  // namespace roost::token::testing
