#pragma once

#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include <roost/token.hpp>

namespace roost::token {

using Milliseconds = std::chrono::milliseconds;  // since 1970

/// What a token carries, signed or encrypted.
struct Stamped {
  Term data;
  Milliseconds signed_at;
  TokenAge max_age;
};

/// `{data, signed_at_ms, max_age_seconds}`; `{data, signed_at_ms}` and `%{data: …, signed: ms}` of older versions, both
/// with a day (PROTOCOL §12.4). nullopt: none of these.
std::optional<Stamped> decode_payload(std::string_view bytes);
/// nullopt: more than the limits of EtfLimits.
std::optional<std::string> encode_payload(const Stamped& stamped, bool compressed);

/// PROTOCOL K1; `leeway` of zero is Phoenix's rule. nullopt: the token is young enough.
std::optional<TokenError> check_age(Milliseconds signed_at, TokenAge max_age, Milliseconds now, Milliseconds leeway);

}  // namespace roost::token
