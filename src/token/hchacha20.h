#pragma once

#include <string>
#include <string_view>

namespace roost::token {

/// The subkey of XChaCha20: 32 bytes out of a key of 32 and the first 16 bytes of the nonce.
/// Source: draft-irtf-cfrg-xchacha-03 §2.2. OpenSSL has ChaCha20-Poly1305, but not the extended nonce.
std::string hchacha20(std::string_view key, std::string_view nonce);

}  // namespace roost::token
