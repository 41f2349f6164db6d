#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <roost/token.hpp>

namespace roost::token {

/// What tokens need of OpenSSL, on strings of bytes. A failure of OpenSSL itself (no memory, a provider that lacks the
/// algorithm) throws std::runtime_error.

std::string hmac(KeyDigest digest, std::string_view key, std::string_view message);
/// RFC 8018 §5.2. `iterations` and `length` at least 1.
std::string pbkdf2(KeyDigest digest, std::string_view password, std::string_view salt, int iterations,
                   std::size_t length);
/// Takes as long for equal strings as for others of the same size.
bool equal_in_constant_time(std::string_view a, std::string_view b);
std::string random_bytes(std::size_t size);

enum class Aead {
  aes_gcm,            // key of 16, 24 or 32 bytes
  chacha20_poly1305,  // key of 32 bytes
};
inline constexpr std::size_t kAeadNonceBytes = 12;
inline constexpr std::size_t kAeadTagBytes = 16;

struct Sealed {
  std::string ciphertext;
  std::string tag;
};
Sealed seal(Aead cipher, std::string_view key, std::string_view nonce, std::string_view associated,
            std::string_view plaintext);
/// nullopt: a key, nonce or tag of a size that cannot be, or something was changed.
std::optional<std::string> open(Aead cipher, std::string_view key, std::string_view nonce, std::string_view associated,
                                std::string_view ciphertext, std::string_view tag);

}  // namespace roost::token
