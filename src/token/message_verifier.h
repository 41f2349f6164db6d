#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <roost/token.hpp>

namespace roost::token {

/// Plug.Crypto.MessageVerifier:  b64url("HS256" | "HS384" | "HS512") "." b64url(message) "." b64url(HMAC of what is
/// before the second dot).

std::string sign_message(std::string_view message, std::string_view key, KeyDigest digest = KeyDigest::sha256);
/// The message, or nullopt. The hash is the one that the text names; the MAC covers the text as received (PROTOCOL K2)
/// and is checked before the message is decoded.
std::optional<std::string> verify_message(std::string_view text, std::string_view key);

}  // namespace roost::token
