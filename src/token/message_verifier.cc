#include "token/message_verifier.h"

#include "base/assert.h"
#include "base/encoding.h"
#include "token/crypto.h"

namespace roost::token {
namespace {

struct Protected {
  std::string_view text;
  KeyDigest digest;
};
constexpr Protected kProtected[] = {
    {"SFMyNTY", KeyDigest::sha256},  // HS256
    {"SFMzODQ", KeyDigest::sha384},  // HS384
    {"SFM1MTI", KeyDigest::sha512},  // HS512
};

}  // namespace

std::string sign_message(std::string_view message, std::string_view key, KeyDigest digest) {
  for (const Protected& header : kProtected) {
    if (header.digest != digest) continue;
    const std::string text = std::string(header.text) + '.' + base64url_encode(message);
    return text + '.' + base64url_encode(hmac(digest, key, text));
  }
  ROOST_ASSERT(false);
}

std::optional<std::string> verify_message(std::string_view text, std::string_view key) {
  const std::size_t end = text.rfind('.');
  if (end == std::string_view::npos) return std::nullopt;
  const auto covered = text.substr(0, end);
  const std::size_t dot = covered.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  for (const Protected& header : kProtected) {
    if (header.text != covered.substr(0, dot)) continue;
    const auto mac = base64_decode(text.substr(end + 1), Base64::url);
    if (!mac || !equal_in_constant_time(*mac, hmac(header.digest, key, covered))) return std::nullopt;
    return base64_decode(covered.substr(dot + 1), Base64::url);  // a third dot is no base64
  }
  return std::nullopt;
}

}  // namespace roost::token
