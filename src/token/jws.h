#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <roost/jwt.hpp>

#include "token/jwk.h"

namespace roost::token {

/// A compact serialization (RFC 7515 §7.1), taken apart:  b64url(header) "." b64url(payload) "." b64url(signature).
/// The views last as long as the text.
struct Jws {
  JwsAlgorithm algorithm;
  std::optional<std::string> key_id;
  std::string_view covered;  // what the signature is over: header "." payload, as received
  std::string_view payload;  // still base64url: worth nothing before the signature is checked
  std::string signature;
};

std::expected<Jws, JwtError> parse_jws(std::string_view text);

/// The key for a token: the one with its `kid`; without a `kid` the only one for its algorithm. A set of one key
/// without a name takes any `kid`. Lasts as long as `keys`.
std::expected<const JwsKey*, JwtError> choose_key(const std::vector<JwsKey>& keys, const Jws& jws);

/// base64url without padding (RFC 7515 §2).
std::optional<std::string> decode_part(std::string_view text);

}  // namespace roost::token
