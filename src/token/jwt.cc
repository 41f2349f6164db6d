#include <fstream>
#include <iterator>

#include <boost/json.hpp>

#include <roost/jwt.hpp>

#include "token/claims.h"
#include "token/jwk.h"
#include "token/jws.h"

namespace roost {
namespace {

constexpr std::size_t kJwtBytesMax = 16'384;      // providers stay below the 8 KiB of most header limits
constexpr std::size_t kJwksBytesMax = 1'048'576;  // a certificate chain for each of a thousand keys does not come

}  // namespace

std::string_view to_string(JwtError error) {
  switch (error) {
    case JwtError::too_large:
      return "too_large";
    case JwtError::malformed:
      return "malformed";
    case JwtError::unsupported_algorithm:
      return "unsupported_algorithm";
    case JwtError::unsupported_header:
      return "unsupported_header";
    case JwtError::unknown_key:
      return "unknown_key";
    case JwtError::wrong_algorithm:
      return "wrong_algorithm";
    case JwtError::bad_signature:
      return "bad_signature";
    case JwtError::invalid_claim:
      return "invalid_claim";
    case JwtError::expired:
      return "expired";
    case JwtError::not_yet_valid:
      return "not_yet_valid";
    case JwtError::wrong_issuer:
      return "wrong_issuer";
    case JwtError::wrong_audience:
      break;
  }
  return "wrong_audience";
}

class JwtKeys::Set {
 public:
  explicit Set(std::vector<token::JwsKey> all) : keys(std::move(all)) {}
  const std::vector<token::JwsKey> keys;
};

std::expected<JwtKeys, std::string> JwtKeys::from_jwks(std::string_view json) {
  if (json.size() > kJwksBytesMax) return std::unexpected("the key set has more than 1 MiB");
  auto keys = token::read_jwks(json);
  if (!keys) return std::unexpected(std::move(keys.error()));
  return JwtKeys(std::make_shared<const Set>(std::move(*keys)));
}

std::expected<JwtKeys, std::string> JwtKeys::from_jwks_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text(kJwksBytesMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (!file.is_open() || file.bad()) return std::unexpected("cannot read " + path);
  text.resize(static_cast<std::size_t>(file.gcount()));
  auto keys = from_jwks(text);
  if (!keys) return std::unexpected(path + ": " + keys.error());
  return keys;
}

std::expected<JwtKeys, std::string> JwtKeys::from_pem(std::string_view pem) {
  auto key = token::read_pem(pem);
  if (!key) return std::unexpected(std::move(key.error()));
  return JwtKeys(std::make_shared<const Set>(std::vector{std::move(*key)}));
}

std::expected<JwtKeys, std::string> JwtKeys::from_secret(std::string_view secret) {
  auto key = token::secret_key(secret);
  if (!key) return std::unexpected(std::move(key.error()));
  return JwtKeys(std::make_shared<const Set>(std::vector{std::move(*key)}));
}

std::size_t JwtKeys::size() const {
  return set_->keys.size();
}

std::expected<boost::json::object, JwtError> JwtVerifier::verify(std::string_view token,
                                                                 std::chrono::system_clock::time_point now) const {
  if (token.size() > kJwtBytesMax) return std::unexpected(JwtError::too_large);
  const auto jws = token::parse_jws(token);
  if (!jws) return std::unexpected(jws.error());
  const auto key = token::choose_key(keys_.set_->keys, *jws);
  if (!key) return std::unexpected(key.error());
  if (!token::verify_signature(**key, jws->covered, jws->signature)) return std::unexpected(JwtError::bad_signature);
  const auto payload = token::decode_part(jws->payload);
  boost::system::error_code error;
  boost::json::value claims = payload ? boost::json::parse(*payload, error) : boost::json::value();
  if (error || !claims.is_object()) return std::unexpected(JwtError::malformed);
  if (const auto wrong = token::check_claims(claims.get_object(), options_, now)) return std::unexpected(*wrong);
  return std::move(claims.get_object());
}

}  // namespace roost
