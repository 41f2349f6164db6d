#include "token/claims.h"

#include <algorithm>
#include <cmath>
#include <string_view>

#include <boost/json.hpp>

namespace roost::token {
namespace {

namespace json = boost::json;
using Seconds = std::chrono::duration<double>;

/// A NumericDate (RFC 7519 §2): seconds since 1970, fractions allowed. nullopt: it is none.
std::optional<Seconds> date(const json::value& value) {
  if (!value.is_number()) return std::nullopt;
  const auto seconds = value.to_number<double>();
  return std::isfinite(seconds) ? std::optional(Seconds(seconds)) : std::nullopt;
}

std::optional<JwtError> check_times(const json::object& claims, const JwtOptions& options, Seconds now) {
  if (const json::value* exp = claims.if_contains("exp")) {
    const auto end = date(*exp);
    if (!end) return JwtError::invalid_claim;
    if (now - options.leeway >= *end) return JwtError::expired;  // §4.1.4: "on or after" is too late
  } else if (options.require_expiry) {
    return JwtError::invalid_claim;
  }
  for (const std::string_view name : {"nbf", "iat"}) {
    const json::value* claim = claims.if_contains(name);
    if (!claim) continue;
    const auto start = date(*claim);
    if (!start) return JwtError::invalid_claim;
    if (now + options.leeway < *start) return JwtError::not_yet_valid;
  }
  return std::nullopt;
}

std::optional<JwtError> check_issuer(const json::object& claims, const std::string& issuer) {
  const json::value* claim = claims.if_contains("iss");
  if (claim && !claim->is_string()) return JwtError::invalid_claim;
  if (!issuer.empty() && (!claim || claim->get_string() != issuer)) return JwtError::wrong_issuer;
  return std::nullopt;
}

/// §4.1.3: a string, or an array of strings.
std::optional<JwtError> check_audience(const json::object& claims, const std::vector<std::string>& audiences) {
  const json::value* claim = claims.if_contains("aud");
  if (!claim) return audiences.empty() ? std::nullopt : std::optional(JwtError::wrong_audience);
  const json::array one = claim->is_string() ? json::array{*claim} : json::array();
  const json::array& named = claim->is_array() ? claim->get_array() : one;
  if (!claim->is_string() && !claim->is_array()) return JwtError::invalid_claim;
  if (!std::ranges::all_of(named, [](const json::value& name) { return name.is_string(); }))
    return JwtError::invalid_claim;
  const bool ours = std::ranges::any_of(named, [&audiences](const json::value& name) {
    return std::ranges::find(audiences, std::string_view(name.get_string())) != audiences.end();
  });
  return ours ? std::nullopt : std::optional(JwtError::wrong_audience);
}

}  // namespace

std::optional<JwtError> check_claims(const json::object& claims, const JwtOptions& options,
                                     std::chrono::system_clock::time_point now) {
  if (const auto error = check_times(claims, options, Seconds(now.time_since_epoch()))) return error;
  if (const auto error = check_issuer(claims, options.issuer)) return error;
  return check_audience(claims, options.audiences);
}

}  // namespace roost::token
