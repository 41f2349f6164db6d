#include "token/payload.h"

#include <cmath>

#include "token/etf.h"

namespace roost::token {
namespace {

constexpr double kExactMax = 9'007'199'254'740'992.0;  // 2^53: up to here a double holds every integer

Term encode_age(TokenAge age) {
  const double seconds = age.count();
  if (seconds == kTokenForever.count()) return Atom{"infinity"};
  if (seconds == std::trunc(seconds) && std::abs(seconds) <= kExactMax) return static_cast<std::int64_t>(seconds);
  return seconds;
}

std::optional<TokenAge> decode_age(const Term& term) {
  if (term == Term(Atom{"infinity"})) return kTokenForever;
  if (const auto* seconds = term.get_if<double>()) return TokenAge(*seconds);
  if (const auto seconds = term.integer()) return TokenAge(static_cast<double>(*seconds));
  return std::nullopt;
}

std::optional<Stamped> stamped(const Term& data, const Term& signed_at, std::optional<TokenAge> max_age) {
  const auto milliseconds = signed_at.integer();
  if (!milliseconds || !max_age) return std::nullopt;
  return Stamped{data, Milliseconds(*milliseconds), *max_age};
}

}  // namespace

std::optional<Stamped> decode_payload(std::string_view bytes) {
  const auto term = decode_term(bytes);
  if (!term) return std::nullopt;
  if (const auto* tuple = term->get_if<Tuple>()) {
    const auto& parts = tuple->elements;
    if (parts.size() == 3) return stamped(parts[0], parts[1], decode_age(parts[2]));
    if (parts.size() == 2) return stamped(parts[0], parts[1], kTokenAgeDefault);
  }
  if (const auto* map = term->get_if<TermMap>()) {
    const Term* data = map->find(Atom{"data"});
    const Term* signed_at = map->find(Atom{"signed"});
    if (data && signed_at) return stamped(*data, *signed_at, kTokenAgeDefault);
  }
  return std::nullopt;
}

std::optional<std::string> encode_payload(const Stamped& stamped, bool compressed) {
  auto bytes = encode_term(Term::tuple({stamped.data, stamped.signed_at.count(), encode_age(stamped.max_age)}));
  if (!bytes || !compressed) return bytes;
  return compress_term(std::move(*bytes));
}

std::optional<TokenError> check_age(Milliseconds signed_at, TokenAge max_age, Milliseconds now, Milliseconds leeway) {
  using Real = std::chrono::duration<double, std::milli>;  // times beyond any calendar must not overflow
  if (max_age == kTokenForever) return std::nullopt;
  if (!(max_age.count() > 0)) return TokenError::expired;
  if (Real(signed_at) > Real(now) + leeway) return TokenError::invalid;
  const Real age_max(std::trunc(max_age.count() * 1000));
  if (Real(signed_at) + age_max + leeway < Real(now)) return TokenError::expired;
  return std::nullopt;
}

}  // namespace roost::token
