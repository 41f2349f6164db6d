#pragma once

#include <chrono>
#include <cstddef>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json/object.hpp>

namespace roost {

/// Why a JSON Web Token is refused.
enum class JwtError {
  too_large,              ///< more than 16 KiB
  malformed,              ///< not three base64url parts with JSON in them
  unsupported_algorithm,  ///< `none`, or one that we don't take
  unsupported_header,     ///< `crit`: the sender demands what we don't know
  unknown_key,            ///< no key with this `kid`, or none named and several that fit
  wrong_algorithm,        ///< the key is for another algorithm
  bad_signature,          ///< not made with the key, or changed on its way
  invalid_claim,          ///< a claim that is checked has the wrong type, or there is no `exp`
  expired,                ///< `exp` has passed
  not_yet_valid,          ///< `nbf` or `iat` lies in the future
  wrong_issuer,           ///< `iss`
  wrong_audience,         ///< `aud` does not name us
};
/// The enumerator's name: "expired" …
std::string_view to_string(JwtError error);

/// The keys of one issuer. Each is for exactly one algorithm, whatever a token says: a secret HS256, RSA RS256, EC
/// P-256 ES256, Ed25519 EdDSA. Copies are cheap. Errors are texts that name what is wrong.
class JwtKeys {
 public:
  /// A key set (RFC 7517 §5). Keys of other kinds or uses are passed over; none left is an error.
  static std::expected<JwtKeys, std::string> from_jwks(std::string_view json);
  /// The same, from a file of at most 1 MiB. It is read now, and never again.
  static std::expected<JwtKeys, std::string> from_jwks_file(const std::string& path);
  /// One public key: "BEGIN PUBLIC KEY" or "BEGIN CERTIFICATE" (whose dates and issuer are not looked at).
  static std::expected<JwtKeys, std::string> from_pem(std::string_view pem);
  /// One secret of at least 32 bytes (RFC 7518 §3.2).
  static std::expected<JwtKeys, std::string> from_secret(std::string_view secret);

  std::size_t size() const;

 private:
  friend class JwtVerifier;
  class Set;
  explicit JwtKeys(std::shared_ptr<const Set> set) : set_(std::move(set)) {}
  std::shared_ptr<const Set> set_;
};

/// What a token must say about itself.
struct JwtOptions {
  /// Must equal `iss`. Empty: any issuer that has the key.
  std::string issuer = {};
  /// `aud` must name one of these. Empty: a token that has an `aud` is for somebody else, and refused (RFC 7519
  /// §4.1.3).
  std::vector<std::string> audiences = {};
  /// How far the issuer's clock may be off.
  std::chrono::seconds leeway{60};
  /// Refuse tokens without `exp`.
  bool require_expiry = true;
};

/// Checks JSON Web Tokens (RFC 7519) that an identity provider signed.
///
/// The key decides the algorithm, and the signature is checked before any claim is read. Any thread.
class JwtVerifier {
 public:
  JwtVerifier(JwtKeys keys, JwtOptions options) : keys_(std::move(keys)), options_(std::move(options)) {}

  /// The claims. Those that we check are of their right type; look at the others yourself.
  std::expected<boost::json::object, JwtError> verify(
      std::string_view token, std::chrono::system_clock::time_point now = std::chrono::system_clock::now()) const;

 private:
  JwtKeys keys_;
  JwtOptions options_;
};

}  // namespace roost
