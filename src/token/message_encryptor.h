#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace roost::token {

/// Plug.Crypto.MessageEncryptor:  "XCP." b64url(iv24 tag16 ciphertext), XChaCha20-Poly1305.

inline constexpr std::size_t kEncryptKeyBytes = 32;
inline constexpr std::size_t kEncryptIvBytes = 24;
inline constexpr std::string_view kAssociatedData = "A128GCM";  // of the cipher before this one; kept by Phoenix

/// `iv`: 24 bytes that are never used twice with a key, i.e. random ones.
std::string encrypt_message(std::string_view message, std::string_view key, std::string_view iv,
                            std::string_view associated = kAssociatedData);
/// The message, or nullopt. Reads the form of plug_crypto 1 too: "QTEyOEdDTQ." wrapped key "." iv12 "." ciphertext "."
/// tag16, AES-GCM with a key that is itself wrapped by `key` with `sign_secret` as associated data.
std::optional<std::string> decrypt_message(std::string_view text, std::string_view key, std::string_view sign_secret,
                                           std::string_view associated = kAssociatedData);

}  // namespace roost::token
