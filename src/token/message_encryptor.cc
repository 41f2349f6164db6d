#include "token/message_encryptor.h"

#include <array>

#include "base/assert.h"
#include "base/encoding.h"
#include "token/crypto.h"
#include "token/hchacha20.h"

namespace roost::token {
namespace {

constexpr std::string_view kPrefix = "XCP.";
constexpr std::string_view kLegacyPrefix = "QTEyOEdDTQ.";  // b64url("A128GCM")
constexpr std::size_t kSubkeyNonceBytes = 16;

std::string chacha_nonce(std::string_view iv) {
  return std::string(4, '\0') + std::string(iv.substr(kSubkeyNonceBytes));
}

std::optional<std::string> decrypt_xchacha(std::string_view text, std::string_view key, std::string_view associated) {
  const auto bytes = base64_decode(text, Base64::url);
  if (!bytes || bytes->size() < kEncryptIvBytes + kAeadTagBytes || key.size() != kEncryptKeyBytes) return std::nullopt;
  const std::string_view all = *bytes;
  const auto iv = all.substr(0, kEncryptIvBytes);
  const auto tag = all.substr(kEncryptIvBytes, kAeadTagBytes);
  return open(Aead::chacha20_poly1305, hchacha20(key, iv.substr(0, kSubkeyNonceBytes)), chacha_nonce(iv), associated,
              all.substr(kEncryptIvBytes + kAeadTagBytes), tag);
}

/// RFC 7518 §4.7: ciphertext · tag · iv.
std::optional<std::string> unwrap_key(std::string_view wrapped, std::string_view key, std::string_view sign_secret) {
  constexpr std::size_t kOverhead = kAeadTagBytes + kAeadNonceBytes;
  if (wrapped.size() < kOverhead) return std::nullopt;
  const std::size_t size = wrapped.size() - kOverhead;
  if (size != 16 && size != 24 && size != 32) return std::nullopt;
  return open(Aead::aes_gcm, key, wrapped.substr(size + kAeadTagBytes), sign_secret, wrapped.substr(0, size),
              wrapped.substr(size, kAeadTagBytes));
}

std::optional<std::string> decrypt_legacy(std::string_view text, std::string_view key, std::string_view sign_secret,
                                          std::string_view associated) {
  std::array<std::string, 4> parts;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const std::size_t dot = i + 1 < parts.size() ? text.find('.') : text.size();  // one dot more is no base64
    if (dot == std::string_view::npos) return std::nullopt;
    auto part = base64_decode(text.substr(0, dot), Base64::url);
    if (!part) return std::nullopt;
    parts[i] = std::move(*part);
    text.remove_prefix(std::min(text.size(), dot + 1));
  }
  const auto& [wrapped, iv, ciphertext, tag] = parts;
  const auto content_key = unwrap_key(wrapped, key, sign_secret);
  return content_key ? open(Aead::aes_gcm, *content_key, iv, associated, ciphertext, tag) : std::nullopt;
}

}  // namespace

std::string encrypt_message(std::string_view message, std::string_view key, std::string_view iv,
                            std::string_view associated) {
  ROOST_ASSERT(key.size() == kEncryptKeyBytes && iv.size() == kEncryptIvBytes);
  const Sealed sealed = seal(Aead::chacha20_poly1305, hchacha20(key, iv.substr(0, kSubkeyNonceBytes)), chacha_nonce(iv),
                             associated, message);
  return std::string(kPrefix) + base64url_encode(std::string(iv) + sealed.tag + sealed.ciphertext);
}

std::optional<std::string> decrypt_message(std::string_view text, std::string_view key, std::string_view sign_secret,
                                           std::string_view associated) {
  if (text.starts_with(kPrefix)) return decrypt_xchacha(text.substr(kPrefix.size()), key, associated);
  if (text.starts_with(kLegacyPrefix))
    return decrypt_legacy(text.substr(kLegacyPrefix.size()), key, sign_secret, associated);
  return std::nullopt;
}

}  // namespace roost::token
